/// Writes records as JSON Lines, numbered and each with its check value.
public struct RecordWriter {
  /// The sequence number of the next record.
  public private(set) var sequence: Int64

  /// A writer whose first record has this number.
  public init(sequence: Int64 = 0) { self.sequence = sequence }

  /// The record's line, newline included, with the next sequence number.
  public mutating func line(_ record: Record) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(128)
    bytes.append(UInt8(ascii: "{"))
    append("v", .integer(Record.version), to: &bytes)
    bytes.append(UInt8(ascii: ","))
    append("kind", .text(record.kind), to: &bytes)
    bytes.append(UInt8(ascii: ","))
    append("seq", .integer(sequence), to: &bytes)
    for field in record.fields {
      bytes.append(UInt8(ascii: ","))
      append(field.name, field.value, to: &bytes)
    }
    RecordSum.seal(&bytes)
    bytes.append(UInt8(ascii: "\n"))
    sequence += 1
    return bytes
  }

  private func append(_ name: String, _ value: RecordValue, to bytes: inout [UInt8]) {
    appendQuoted(name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    switch value {
    case .text(let text): appendQuoted(text, to: &bytes)
    case .integer(let number): bytes.append(contentsOf: String(number).utf8)
    case .boolean(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    case .other: bytes.append(contentsOf: "null".utf8)
    case .list(let list):
      bytes.append(UInt8(ascii: "["))
      for (index, text) in list.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        appendQuoted(text, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .map(let facts):
      bytes.append(UInt8(ascii: "{"))
      for (index, fact) in facts.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        appendQuoted(fact.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        appendQuoted(fact.text, to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
      case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
      case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
      case 0..<0x20, 0x7f:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(hexDigit(byte >> 4))
        bytes.append(hexDigit(byte & 15))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}

/// The lower-case hexadecimal digit of a value below 16.
func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
