/// What pagemap is to say of a page.
public struct Marks: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let present = Marks(rawValue: 1)
  public static let swapped = Marks(rawValue: 2)
  public static let file = Marks(rawValue: 4)
  /// The tracked bit.
  public static let tracked = Marks(rawValue: 8)
  public static let all: Marks = [.present, .swapped, .file, .tracked]
}
