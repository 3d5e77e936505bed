import Foundation

/// Reads a file of JSON in pieces, and yields one whole value after the other.
///
/// Memory is bounded by the largest value, not by the file.
final class JSONStream {
  /// A larger single value is refused, in bytes.
  static let largestValue = 256 << 20
  private static let chunk = 1 << 20

  private let descriptor: CInt
  private var buffer: UnsafeMutableRawPointer
  private var capacity = JSONStream.chunk
  private var start = 0
  private var end = 0
  /// Bytes of the file that came before the buffer.
  private var before = 0

  /// - Throws: `RunFileError.unreadable`.
  init(_ path: String) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw RunFileError.unreadable(path, errno: errno) }
    buffer = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// How far the file was read, in bytes.
  var offset: Int { before + start }

  /// The next byte that is no blank, not taken; nil at the end of the file.
  func peek() throws -> UInt8? {
    while true {
      while start < end {
        switch buffer.load(fromByteOffset: start, as: UInt8.self) {
        case 0x20, 0x0A, 0x0D, 0x09: start += 1
        case let byte: return byte
        }
      }
      if try !fill() { return nil }
    }
  }

  func take(_ byte: UInt8) throws -> Bool {
    guard try peek() == byte else { return false }
    start += 1
    return true
  }

  func expect(_ byte: UInt8) throws {
    guard try take(byte) else {
      throw RunFileError.malformed(
        "expected \(Character(Unicode.Scalar(byte)))", offset: offset)
    }
  }

  /// Hands the next whole value to `body`, whose bytes are gone afterwards.
  func value<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result {
    let length = try valueLength()
    let bytes = UnsafeRawBufferPointer(start: buffer + start, count: length)
    do {
      let result = try body(bytes)
      start += length
      return result
    } catch let failure as JSONCursor.Failure {
      throw RunFileError.malformed(failure.what, offset: offset + failure.offset)
    }
  }

  /// The length of the value at `start`, all of it in the buffer.
  private func valueLength() throws -> Int {
    guard let first = try peek() else {
      throw RunFileError.malformed("the file ends too early", offset: offset)
    }
    var scan = ValueScan(first)
    var length = 1
    while true {
      while start + length < end {
        switch scan.take(buffer.load(fromByteOffset: start + length, as: UInt8.self)) {
        case .more: length += 1
        case .endsHere: return length + 1
        case .endedBefore: return length
        }
      }
      if try !fill() {
        guard scan.mayEnd else {
          throw RunFileError.malformed("the file ends too early", offset: offset + length)
        }
        return length
      }
      guard length <= Self.largestValue else {
        throw RunFileError.malformed(
          "one value is larger than \(Self.largestValue >> 20) MB", offset: offset)
      }
    }
  }

  /// Reads more behind what is there; false at the end of the file.
  private func fill() throws -> Bool {
    if start > 0 {
      memmove(buffer, buffer + start, end - start)
      before += start
      end -= start
      start = 0
    }
    if end == capacity {
      let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity * 2, alignment: 16)
      larger.copyMemory(from: buffer, byteCount: end)
      buffer.deallocate()
      buffer = larger
      capacity *= 2
    }
    while true {
      let count = read(descriptor, buffer + end, capacity - end)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw RunFileError.unreadable("the file", errno: errno) }
      end += count
      return count > 0
    }
  }

  /// Finds the end of a value: only quotes and brackets count.
  private struct ValueScan {
    enum Step { case more, endsHere, endedBefore }

    private var depth: Int
    private var isInString: Bool
    private var isEscaped = false
    private let isWord: Bool

    init(_ first: UInt8) {
      depth = first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? 1 : 0
      isInString = first == UInt8(ascii: "\"")
      isWord = depth == 0 && !isInString
    }

    /// Whether the file may end here: behind a number.
    var mayEnd: Bool { isWord }

    mutating func take(_ byte: UInt8) -> Step {
      if isWord {
        switch byte {
        case 0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"),
          UInt8(ascii: ":"):
          return .endedBefore
        default: return .more
        }
      }
      if isInString { return takeInString(byte) }
      switch byte {
      case UInt8(ascii: "\""): isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return .endsHere }
      default: break
      }
      return .more
    }

    private mutating func takeInString(_ byte: UInt8) -> Step {
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        isInString = false
        if depth == 0 { return .endsHere }
      }
      return .more
    }
  }
}
