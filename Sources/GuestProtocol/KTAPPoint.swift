/// A result line: `ok 3 NAME # SKIP feature: no huge pages time_ms=1`.
public struct KTAPPoint: Equatable, Sendable {
  /// What stands behind the `#` of a result line and changes its meaning.
  public enum Directive: Equatable, Sendable {
    case skip, todo, expectedFailure, unexpectedPass, timeout, error
  }

  /// The point's number, as written; nil when the program left it out.
  public var number: Int?
  /// Whether the line said `ok`.
  public var ok: Bool
  /// The description; empty when there was none.
  public var name: String
  /// The directive; nil for a plain result and for a directive that KTAP does not know.
  public var directive: Directive?
  /// What the program said beside the directive, without the time.
  public var text: String
  /// `time_ms=N` at the end of the line.
  public var timeMilliseconds: Int?
  /// 0 for the program's own points, one more for each level of subtests.
  public var depth: Int

  public init(
    number: Int?, ok: Bool, name: String, directive: Directive? = nil, text: String = "",
    timeMilliseconds: Int? = nil, depth: Int = 0
  ) {
    self.number = number
    self.ok = ok
    self.name = name
    self.directive = directive
    self.text = text
    self.timeMilliseconds = timeMilliseconds
    self.depth = depth
  }
}
