package import Results

/// What one earlier run said of a case on a kernel.
package struct HistoryPoint: Equatable, Sendable {
  /// More than these of one case are not shown.
  package static let most = HistoryStrip.maximumPoints

  package var run: String
  /// RFC 3339.
  package var started: String?
  package var verdict: Verdict
  package var isKnown: Bool

  package init(run: String, started: String? = nil, verdict: Verdict, isKnown: Bool = false) {
    self.run = run
    self.started = started
    self.verdict = verdict
    self.isKnown = isKnown
  }

  /// What a run of the history says; nil where it says nothing.
  package init?(_ entry: CaseHistory.Entry) {
    switch entry.tally.state {
    case .absent: return nil
    case .known: self.init(run: entry.run, started: entry.started, verdict: .fail, isKnown: true)
    case .verdict(let verdict): self.init(run: entry.run, started: entry.started, verdict: verdict)
    }
  }

  /// What the points of a case on a kernel and machine are filed under.
  package static func key(_ planned: PlannedCase) -> String {
    [planned.kernel, planned.machine, planned.suite, planned.name].joined(separator: "\t")
  }
}
