/// The check value that ends every record: the 32-bit FNV-1a of all that stands before it, in eight hexadecimal digits.
///
/// It finds every change of a single byte, and all but one in four thousand million of any other kind. Source: RFC 9923.
enum RecordSum {
  /// What stands between the record's own fields and the digits.
  private static let head = Array(",\"sum\":\"".utf8)
  private static let digits = 8
  private static let tail = Array("\"}".utf8)

  /// Ends a record's line, which lacks only its closing brace.
  static func seal(_ line: inout [UInt8]) {
    let sum = line.withUnsafeBufferPointer { hash($0[...]) }
    line += head
    for shift in stride(from: 28, through: 0, by: -4) {
      line.append(hexDigit(UInt8(truncatingIfNeeded: sum >> UInt32(shift)) & 15))
    }
    line += tail
  }

  /// Whether a line, without its line break, ends in its own check value.
  static func holds(_ line: ArraySlice<UInt8>) -> Bool {
    let body = line.count - head.count - digits - tail.count
    guard body > 0, line.suffix(tail.count).elementsEqual(tail) else { return false }
    let rest = line.dropFirst(body)
    guard rest.prefix(head.count).elementsEqual(head) else { return false }
    var said: UInt32 = 0
    for digit in rest.dropFirst(head.count).prefix(digits) {
      // Only the spelling that is written: one value, one line.
      guard let value = hexValue(digit), hexDigit(value) == digit else { return false }
      said = said << 4 | UInt32(value)
    }
    return line.withUnsafeBufferPointer { hash($0.prefix(body)) } == said
  }

  private static func hash(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32 {
    var hash: UInt32 = 0x811c_9dc5
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }
}
