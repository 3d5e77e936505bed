/// The bytes of a page: all the same but for two, which stores change.
public struct Content: Equatable, Sendable {
  /// Where the stores go.
  public static let offsets: [UInt64] = [0x123, 0xf00]
  public static let zeros = Content(fill: 0)

  public let fill: UInt8
  /// What was stored at the offsets.
  public internal(set) var stored: (UInt8, UInt8)

  public init(fill: UInt8) {
    self.fill = fill
    stored = (fill, fill)
  }

  /// The byte at one of the two offsets.
  public func byte(_ slot: Int) -> UInt8 { slot == 0 ? stored.0 : stored.1 }

  mutating func store(_ value: UInt8, _ slot: Int) {
    if slot == 0 { stored.0 = value } else { stored.1 = value }
  }

  public static func == (one: Content, other: Content) -> Bool {
    one.fill == other.fill && one.stored == other.stored
  }
}
