/// The part of a line that has not been understood yet.
struct KTAPCursor: Sendable {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  var isEmpty: Bool { rest.isEmpty }

  /// The rest, without blanks around it.
  var string: String {
    var trimmed = self
    _ = trimmed.takeSpaces()
    trimmed.dropTrailingSpace()
    return String(decoding: trimmed.rest, as: UTF8.self)
  }

  var endsInLetter: Bool { rest.last.map(Self.isLetter) ?? false }

  func peek(_ byte: UInt8) -> Bool { rest.first == byte }

  /// Takes `prefix` if the rest starts with it.
  mutating func take(_ prefix: String) -> Bool {
    guard rest.starts(with: prefix.utf8) else { return false }
    rest = rest.dropFirst(prefix.utf8.count)
    return true
  }

  /// Takes `prefix`, in any mixture of cases, if the rest starts with it as a whole word.
  mutating func takeWord(_ prefix: String) -> Bool {
    let count = prefix.utf8.count
    guard rest.count >= count,
      rest.prefix(count).elementsEqual(prefix.utf8, by: { Self.lower($0) == Self.lower($1) })
    else { return false }
    let following = rest.dropFirst(count)
    if let next = following.first, Self.isLetter(next) { return false }
    rest = following
    return true
  }

  /// Takes blanks and says how many.
  mutating func takeSpaces() -> Int {
    let count = rest.prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.count
    rest = rest.dropFirst(count)
    return count
  }

  /// Takes a decimal number; nil without taking anything when there is none or it exceeds 9 digits.
  mutating func takeNumber() -> Int? {
    let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    guard !digits.isEmpty, digits.count <= 9 else { return nil }
    rest = rest.dropFirst(digits.count)
    return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  mutating func dropTrailingSpace() {
    while let last = rest.last,
      last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") || last == UInt8(ascii: "\r")
    {
      rest = rest.dropLast()
    }
  }

  /// Drops `[   12.345678] `, for output that went through printk.
  mutating func dropPrintkPrefix() {
    var probe = self
    guard probe.take("[") else { return }
    _ = probe.takeSpaces()
    guard probe.takeNumber() != nil, probe.take("."), probe.takeNumber() != nil, probe.take("] ")
    else { return }
    self = probe
  }

  /// What follows the first occurrence of `needle`.
  func after(_ needle: String) -> KTAPCursor? {
    guard let range = find(needle) else { return nil }
    return KTAPCursor(rest[range.upperBound...])
  }

  /// Splits at the first `byte`; nil when there is none.
  func split(at byte: UInt8) -> (before: KTAPCursor, after: KTAPCursor)? {
    guard let index = rest.firstIndex(of: byte) else { return nil }
    return (KTAPCursor(rest[..<index]), KTAPCursor(rest[(index + 1)...]))
  }

  /// Splits before the last occurrence of `needle`; nil when there is none.
  func splitBeforeLast(_ needle: String) -> (before: KTAPCursor, from: KTAPCursor)? {
    var found: Range<Int>?
    var search = rest.startIndex
    while let range = KTAPCursor(rest[search...]).find(needle) {
      found = range
      search = range.lowerBound + 1
    }
    guard let range = found else { return nil }
    return (KTAPCursor(rest[..<range.lowerBound]), KTAPCursor(rest[range.lowerBound...]))
  }

  private func find(_ needle: String) -> Range<Int>? {
    let wanted = Array(needle.utf8)
    guard let first = wanted.first, rest.count >= wanted.count else { return nil }
    var index = rest.startIndex
    while index <= rest.endIndex - wanted.count {
      if rest[index] == first, rest[index..<(index + wanted.count)].elementsEqual(wanted) {
        return index..<(index + wanted.count)
      }
      index += 1
    }
    return nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    let byte = lower(byte)
    return byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}
