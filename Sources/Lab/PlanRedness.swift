package import Results

/// What makes the status of a plan's run 1.
package enum PlanRedness: String, CaseIterable, Sendable {
  /// Anything red, as without a baseline.
  case failures
  /// A promise that the baseline keeps, or what it tested and this run did not.
  case regressions
  /// Any difference at all.
  case anyChange = "any-change"

  /// The classes of a comparison that it is about.
  package var classes: [ComparisonClass] {
    switch self {
    case .failures: []
    case .regressions: [.regression, .lostCoverage]
    case .anyChange: ComparisonClass.allCases.filter { $0 != .unchanged && $0 != .stillFailing }
    }
  }
}
