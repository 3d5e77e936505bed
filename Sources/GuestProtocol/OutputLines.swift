/// Splits a program's output into lines, in bounded memory.
///
/// A line longer than `Limits.outputLineBytes` is cut there and ends in `…[cut]`; its rest is dropped. Bytes that are
/// no UTF-8 become U+FFFD.
public struct OutputLines: Sendable {
  private var line: [UInt8] = []
  private var cut = false
  /// How many bytes the line takes in a record, where a control character becomes six.
  private var written = 0

  /// A line that takes more than this in a record is cut too, so that the record stays in its own bound.
  static let writtenBytes = 3 * Limits.outputLineBytes

  public init() {}

  /// Takes bytes, and calls `each` with every line that they end, without its line break.
  public mutating func append(_ bytes: UnsafeRawBufferPointer, each: (String) -> Void) {
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != UInt8(ascii: "\n") { end += 1 }
      keep(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
      if end < bytes.count { each(take()) }
      start = end + 1
    }
  }

  /// The last line, when the output ended without a line break.
  public mutating func finish() -> String? {
    line.isEmpty && !cut ? nil : take()
  }

  private mutating func keep(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes where !cut {
      let next = written + (byte < 0x20 || byte == 0x7f ? 6 : 1)
      guard line.count < Limits.outputLineBytes, next <= Self.writtenBytes else {
        cut = true
        return
      }
      written = next
      line.append(byte)
    }
  }

  private mutating func take() -> String {
    if cut { dropPartialScalar() }
    var text = String(decoding: line, as: UTF8.self)
    if cut { text += "…[cut]" }
    line.removeAll(keepingCapacity: true)
    cut = false
    written = 0
    return text
  }

  /// Removes the head of a character that the cut went through.
  private mutating func dropPartialScalar() {
    var length = 0
    while length < 4, let last = line.last, last & 0xC0 == 0x80 {
      line.removeLast()
      length += 1
    }
    guard let lead = line.last, lead & 0x80 != 0 else { return }
    line.removeLast()
  }
}
