/// The name of a case: its id in the catalogue and, where a row has several backings or legs,
/// `/LEG`.
///
/// `swap-shmem.out-in-keeps/tmpfs` is the leg `tmpfs` of the row `swap-shmem.out-in-keeps`. A name
/// has 1 to 100 characters out of `a-z 0-9 . _ / + -`, so it can stand unquoted in a shell, a file
/// name (but for the slash), KTAP and a kernel log; it is unique across all suites.
public struct CaseID: Equatable, Hashable, Sendable {
  /// The longest name that is accepted, in bytes.
  public static let maximumLength = 100

  /// The whole name.
  public let name: String

  /// Takes a name over; nil when it is empty, too long or holds any other character.
  public init?(_ name: String) {
    let bytes = name.utf8
    guard !bytes.isEmpty, bytes.count <= Self.maximumLength, bytes.allSatisfy(Self.isAllowed)
    else { return nil }
    self.name = name
  }

  /// The name without the leg.
  public var row: String {
    guard let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) else { return name }
    return String(decoding: name.utf8[..<slash], as: UTF8.self)
  }

  /// What follows the first slash; nil for a row that is a single case.
  public var leg: String? {
    guard let slash = name.utf8.firstIndex(of: UInt8(ascii: "/")) else { return nil }
    return String(decoding: name.utf8[name.utf8.index(after: slash)...], as: UTF8.self)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "/"): true
    case UInt8(ascii: "+"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
