/// The counts of a `# Totals:` line, as the program printed them.
public struct KTAPTotals: Equatable, Sendable {
  public var pass = 0
  public var fail = 0
  public var expectedFailure = 0
  public var unexpectedPass = 0
  public var skip = 0
  public var error = 0

  public init() {}

  /// All points that the program counted.
  public var sum: Int { pass + fail + expectedFailure + unexpectedPass + skip + error }
}
