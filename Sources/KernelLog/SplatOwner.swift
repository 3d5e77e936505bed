/// What was running when a splat was printed, read off the markers in the kernel log.
package struct SplatOwner: Equatable, Hashable, Sendable {
  /// The suite that was running; nil while the kernel boots.
  package var suite: String?
  /// The case that was running or, when `caseIsOver`, the last one that had ended.
  package var caseName: String?
  /// How often that case has been started on this console, this time included; 0 without a case.
  package var caseRun: Int
  /// Whether the case had already ended when the splat was printed.
  package var caseIsOver: Bool

  package init(
    suite: String? = nil, caseName: String? = nil, caseRun: Int = 0, caseIsOver: Bool = false
  ) {
    self.suite = suite
    self.caseName = caseName
    self.caseRun = caseRun
    self.caseIsOver = caseIsOver
  }

  /// Nothing but the boot: no suite and no case had been started.
  package static let boot = SplatOwner()
}
