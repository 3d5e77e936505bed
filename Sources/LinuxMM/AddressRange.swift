/// A stretch of virtual memory in bytes.
public struct AddressRange: Equatable, Sendable, CustomStringConvertible {
  public var start: UInt64
  public var length: UInt64

  public init(start: UInt64, length: UInt64) {
    self.start = start
    self.length = length
  }

  /// The address after the last byte.
  public var end: UInt64 { start + length }

  public var description: String { "[0x\(hex(start)), +0x\(hex(length)))" }
}

/// Lower-case hexadecimal digits without a prefix.
public func hex(_ value: UInt64) -> String {
  let digits = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  var rest = value
  repeat {
    text.append(digits[Int(rest & 15)])
    rest >>= 4
  } while rest != 0
  return String(decoding: text.reversed(), as: UTF8.self)
}

/// Whether two texts are the same bytes.
///
/// Instead of `==`, which knows canonically equivalent spellings and so brings 50 kB of Unicode tables
/// into every guest program.
public func isSame(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }
