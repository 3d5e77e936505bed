/// All that was observed about one planned case: what `VerdictRules` judges.
package struct Observation: Equatable, Sendable {
  /// The program announced that it begins the case.
  package var isStarted = false
  /// The kernel's log shows its end, and another case after it, although its result line never came.
  package var isOver = false
  /// Its result line; nil when none came.
  package var claim: Claim?
  /// The program reported the case a second time, and differently.
  package var contradiction: Claim?
  /// A foreign program planned the case and ended before it.
  package var neverCame: Reason?
  /// What the program said when it gave up (`Bail out!`).
  package var bailOut: String?
  /// The host's deadline for the case passed; what was waited for, in words.
  package var deadline: String?
  /// How the program ended; nil while it runs, and when the guest ended first.
  package var programEnd: ProgramEnd?
  /// How the guest ended; nil when it outlived the suite.
  package var guestEnd: GuestEnd?
  /// For a case that was never started: what kept it from starting.
  package var obstacle: Reason?
  /// The kernel's complaints that belong to this case.
  package var splats: [SplatRecord] = []

  package init() {}
}
