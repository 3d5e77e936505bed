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
public func hex(_ value: UInt64) -> String { String(value, radix: 16) }
