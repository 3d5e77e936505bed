/// Parses one line of JSON into a record; anything that is not a bounded JSON object yields nil.
struct RecordParser {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ line: ArraySlice<UInt8>) {
    bytes = line
    position = line.startIndex
  }

  /// The record of the line, or nil when the line is no record.
  mutating func record() -> Record? {
    guard take(UInt8(ascii: "{")) else { return nil }
    var record = Record(kind: "", fields: [])
    record.version = 0
    guard members(of: &record) else { return nil }
    skipSpace()
    guard position == bytes.endIndex, !record.kind.isEmpty else { return nil }
    return record
  }

  private mutating func members(of record: inout Record) -> Bool {
    if take(UInt8(ascii: "}")) { return true }
    for _ in 0..<Limits.members {
      guard let name = string(), take(UInt8(ascii: ":")), let value = value(depth: 1) else {
        return false
      }
      switch (name, value) {
      case ("v", .integer(let version)): record.version = version
      case ("kind", .text(let kind)): record.kind = kind
      case ("seq", .integer(let sequence)): record.sequence = sequence
      case ("sum", .text): break
      default: record.fields.append((name, value))
      }
      if take(UInt8(ascii: "}")) { return true }
      guard take(UInt8(ascii: ",")) else { return false }
    }
    return false
  }

  private mutating func value(depth: Int) -> RecordValue? {
    skipSpace()
    guard depth <= Limits.nesting, let byte = peek else { return nil }
    switch byte {
    case UInt8(ascii: "\""): return string().map { .text($0) }
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "t"): return word("true", .boolean(true))
    case UInt8(ascii: "f"): return word("false", .boolean(false))
    case UInt8(ascii: "n"): return word("null", .other)
    default: return number()
    }
  }

  private mutating func array(depth: Int) -> RecordValue? {
    guard take(UInt8(ascii: "[")) else { return nil }
    var list: [String] = []
    var allText = true
    if take(UInt8(ascii: "]")) { return .list([]) }
    for _ in 0..<Limits.members {
      guard let value = value(depth: depth + 1) else { return nil }
      if case .text(let text) = value { list.append(text) } else { allText = false }
      if take(UInt8(ascii: "]")) { return allText ? .list(list) : .other }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
    return nil
  }

  private mutating func object(depth: Int) -> RecordValue? {
    guard take(UInt8(ascii: "{")) else { return nil }
    var facts: [Fact] = []
    var allText = true
    if take(UInt8(ascii: "}")) { return .map([]) }
    for _ in 0..<Limits.members {
      guard let name = string(), take(UInt8(ascii: ":")), let value = value(depth: depth + 1) else {
        return nil
      }
      if case .text(let text) = value { facts.append(Fact(name, text)) } else { allText = false }
      if take(UInt8(ascii: "}")) { return allText ? .map(facts) : .other }
      guard take(UInt8(ascii: ",")) else { return nil }
    }
    return nil
  }

  /// An integer of 63 bits; fractions and exponents are valid JSON that no record uses.
  private mutating func number() -> RecordValue? {
    let start = position
    var allDigits = true
    if peek == UInt8(ascii: "-") { position += 1 }
    while let byte = peek {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): break
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"),
        UInt8(ascii: "-"):
        allDigits = false
      default: return numberValue(start, allDigits)
      }
      position += 1
    }
    return numberValue(start, allDigits)
  }

  private func numberValue(_ start: Int, _ allDigits: Bool) -> RecordValue? {
    guard position > start, position - start <= 24 else { return nil }
    guard allDigits else { return .other }
    let negative = bytes[start] == UInt8(ascii: "-")
    let digits = bytes[(negative ? start + 1 : start)..<position]
    guard !digits.isEmpty else { return nil }
    var magnitude: Int64 = 0
    for digit in digits {
      let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int64(digit - UInt8(ascii: "0")))
      guard !overflow, !carry else { return nil }
      magnitude = sum
    }
    return .integer(negative ? -magnitude : magnitude)
  }

  private mutating func word(_ text: StaticString, _ value: RecordValue) -> RecordValue? {
    let length = text.utf8CodeUnitCount
    guard bytes.endIndex - position >= length else { return nil }
    for offset in 0..<length where bytes[position + offset] != text.utf8Start[offset] {
      return nil
    }
    position += length
    return value
  }

  private mutating func string() -> String? {
    skipSpace()
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = position
    while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 {
      position += 1
    }
    guard peek == UInt8(ascii: "\\") else {
      guard peek == UInt8(ascii: "\"") else { return nil }
      position += 1
      return String(decoding: bytes[start..<(position - 1)], as: UTF8.self)
    }
    return escapedString(Array(bytes[start..<position]))
  }

  private mutating func escapedString(_ head: [UInt8]) -> String? {
    var text = head
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case 0..<0x20: return nil
      case UInt8(ascii: "\\"):
        guard appendEscape(to: &text) else { return nil }
      default: text.append(byte)
      }
    }
    return nil
  }

  private mutating func appendEscape(to text: inout [UInt8]) -> Bool {
    guard let byte = peek else { return false }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
    case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
    case UInt8(ascii: "r"): text.append(UInt8(ascii: "\r"))
    case UInt8(ascii: "b"): text.append(8)
    case UInt8(ascii: "f"): text.append(12)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "u"): return appendCodePoint(to: &text)
    default: return false
    }
    return true
  }

  /// `\uXXXX`; halves of surrogate pairs become U+FFFD, since no sender of ours writes them.
  private mutating func appendCodePoint(to text: inout [UInt8]) -> Bool {
    guard bytes.endIndex - position >= 4 else { return false }
    var point: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = hexValue(bytes[position]) else { return false }
      point = point << 4 | UInt32(digit)
      position += 1
    }
    let scalar = Unicode.Scalar(point) ?? "\u{FFFD}"
    text.append(contentsOf: Array(String(Character(scalar)).utf8))
    return true
  }

  private var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0d { position += 1 }
  }
}

/// The value of a hexadecimal digit of either case.
func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}
