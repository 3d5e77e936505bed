/// The 64-bit FNV-1a hash that guards a pushed program against damage on its way.
///
/// Source: RFC 9923 (The FNV Non-Cryptographic Hash Algorithm).
public struct Checksum: Sendable {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  public init() {}

  /// Adds bytes to the hash.
  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var hash = state
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    state = hash
  }

  /// The hash so far, as 16 lower-case hexadecimal digits.
  public var text: String {
    var digits: [UInt8] = []
    for shift in stride(from: 60, through: 0, by: -4) {
      digits.append(hexDigit(UInt8(state >> UInt64(shift) & 15)))
    }
    return String(decoding: digits, as: UTF8.self)
  }
}
