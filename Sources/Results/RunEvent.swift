/// One step of a run as it happens: what a live view shows.
package enum RunEvent: Equatable, Sendable {
  /// The plan is recorded.
  case runStarted(Plan)
  case guestBooting(kernel: String, machine: String)
  case guestUp(GuestRecord)
  case suiteStarted(kernel: String, suite: String)
  case caseStarted(kernel: String, suite: String, name: String)
  /// The result as it looks when the case ends; a later splat can still change it.
  case caseEnded(CaseResult)
  /// A result that was announced has changed; `from` is its earlier verdict.
  case caseRevised(CaseResult, from: Verdict)
  case suiteEnded(kernel: String, suite: String)
  case guestEnded(kernel: String, GuestEnd)
  /// Something that a person should know: a boot that is tried again, an expired known issue.
  case notice(String)
  case runEnded
}
