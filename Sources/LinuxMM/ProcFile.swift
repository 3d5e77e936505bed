internal import CLinuxMM

/// A file of procfs or sysfs that is read again and again.
final class ProcFile {
  private let descriptor: Int32
  /// The reader's, for all of its files: asking the allocator for so much costs more than most reads do.
  private let buffer: UnsafeMutableBufferPointer<UInt8>

  /// Opens it; one that cannot be opened reads as empty.
  init(_ path: String, _ buffer: UnsafeMutableBufferPointer<UInt8>) {
    descriptor = lmm_open(path, LMM_O_RDONLY | LMM_O_CLOEXEC, 0)
    self.buffer = buffer
  }

  deinit { if descriptor >= 0 { lmm_close(descriptor) } }

  /// Reads the text as it is now, as much of it as the buffer holds.
  private func withText<T>(_ body: (UnsafeBufferPointer<UInt8>) -> T) -> T {
    var count = 0
    while descriptor >= 0, let base = buffer.baseAddress, count < buffer.count {
      let part = lmm_pread(descriptor, base + count, buffer.count - count, Int64(count))
      guard part > 0 else { break }
      count += part
      // procfs hands out a page at a time; less than most of one was the end.
      if part < 3072 { break }
    }
    return body(UnsafeBufferPointer(rebasing: buffer[0..<count]))
  }

  func eachLine(_ take: (UnsafeBufferPointer<UInt8>) -> Void) {
    withText { text in
      var start = 0
      for index in text.indices where text[index] == 10 {
        take(UnsafeBufferPointer(rebasing: text[start..<index]))
        start = index + 1
      }
    }
  }

  /// The first run of digits anywhere in the text; 0 when there is none.
  var firstNumber: Int64 {
    withText { ProcFile.number(in: $0, from: 0) ?? 0 }
  }

  /// A check value (FNV-1a) of the text, going on from another one.
  func digest(_ seed: Int64) -> Int64 {
    withText { text in
      var value = UInt64(bitPattern: seed) ^ 0xcbf2_9ce4_8422_2325
      for byte in text { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
      return Int64(bitPattern: value)
    }
  }

  /// The number behind a key and a colon or blank; nil when the line is another one's.
  static func value(after key: StaticString, in line: UnsafeBufferPointer<UInt8>) -> Int64? {
    let length = key.utf8CodeUnitCount
    guard line.count > length, line[length] == 58 || line[length] == 32 else { return nil }
    for index in 0..<length where line[index] != key.utf8Start[index] { return nil }
    return number(in: line, from: length)
  }

  private static func number(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int64? {
    var index = start
    while index < text.count, text[index] < 48 || text[index] > 57 { index += 1 }
    guard index < text.count else { return nil }
    // HugePages_Rsvd is unsigned and may be below zero for a moment.
    var value: UInt64 = 0
    while index < text.count, text[index] >= 48, text[index] <= 57 {
      value = value &* 10 &+ UInt64(text[index] - 48)
      index += 1
    }
    return Int64(bitPattern: value)
  }
}
