/// Byte-wise searches: console text is scanned by the megabyte, and nothing in it needs Unicode.
extension StringProtocol {
  /// Where `needle` first occurs.
  func firstMatch(of needle: String) -> Range<Index>? {
    // Kernel text is native UTF-8, so the copy is never made.
    let offset =
      utf8.withContiguousStorageIfAvailable { Self.offset(of: needle, in: $0) }
      ?? Array(utf8).withUnsafeBufferPointer { Self.offset(of: needle, in: $0) }
    guard let offset else { return nil }
    let start = utf8.index(startIndex, offsetBy: offset)
    return start..<utf8.index(start, offsetBy: needle.utf8.count)
  }

  private static func offset(of needle: String, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let count = needle.utf8.count
    guard let first = needle.utf8.first, bytes.count >= count else { return nil }
    for offset in 0...(bytes.count - count) where bytes[offset] == first {
      if bytes[offset..<(offset + count)].elementsEqual(needle.utf8) { return offset }
    }
    return nil
  }

  func holds(_ needle: String) -> Bool { firstMatch(of: needle) != nil }

  /// What follows `prefix`; nil when the text does not start with it.
  func dropping(prefix: String) -> SubSequence? {
    guard utf8.starts(with: prefix.utf8) else { return nil }
    return self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...]
  }
}
