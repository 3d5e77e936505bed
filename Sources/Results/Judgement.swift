/// A verdict and why.
package struct Judgement: Equatable, Sendable {
  package var verdict: Verdict
  package var reason: Reason?

  package init(_ verdict: Verdict, _ reason: Reason? = nil) {
    self.verdict = verdict
    self.reason = reason
  }
}
