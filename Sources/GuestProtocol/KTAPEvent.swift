/// One thing that a line of KTAP said.
///
/// `depth` is 0 for the program itself and one more for each level of subtests. Texts are as the
/// program wrote them: escape them before they reach a terminal.
public enum KTAPEvent: Equatable, Sendable {
  /// `KTAP version 1`, `TAP version 13` or `TAP version 14`.
  case version(depth: Int)
  /// `1..N`; `skipReason` is set by `1..0 # SKIP reason`, which skips the whole program.
  case plan(count: Int, skipReason: String?, depth: Int)
  /// `# case NAME`: the body of a case is about to start.
  case caseStarted(String)
  /// `# evidence KEY=VALUE`: something that the running case measured.
  case evidence(key: String, value: String)
  /// `# step TEXT`: something that the case did or checked.
  case step(String)
  /// `# expected TEXT`, before the result line of a failed case.
  case expected(String)
  /// `# seen TEXT`, before the result line of a failed case.
  case seen(String)
  /// A result line.
  case point(KTAPPoint)
  /// `Bail out!`, anywhere in a line: the program gave up and the rest will not come.
  case bailOut(String)
  /// `# Totals: …`, by convention the last line.
  case totals(KTAPTotals)
  /// `# Planned tests != run tests (P != R)`: the program itself noticed that points are missing.
  case planMismatch(planned: Int, ran: Int)
  /// Any other line that starts with `#`.
  case diagnostic(String)
  /// A line that is no KTAP at all; it changes nothing.
  case unknown(String)
}
