import Foundation

/// The lines of a file of bytes, without their newlines.
///
/// Split as bytes: to a `String`, a carriage return and the newline after it are one character.
struct DiffLines: Sequence {
  private let bytes: Data

  init(_ bytes: Data) {
    self.bytes = bytes
  }

  func makeIterator() -> AnyIterator<String> {
    var rest = bytes[...]
    return AnyIterator {
      guard !rest.isEmpty else { return nil }
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
      rest = end < rest.endIndex ? rest[(end + 1)...] : rest[end...]
      return line
    }
  }
}
