/// What became of a case from one kernel, or run, to another; docs/history.md has the table.
package enum ComparisonClass: String, CaseIterable, Codable, Sendable {
  /// A promise that the base keeps and the candidate does not, or that it breaks in a worse way.
  case regression
  /// Anything became unexercised, missing or absent: nothing was tested any more.
  case lostCoverage = "lost-coverage"
  /// Both outcomes on one side, and chance explains the difference.
  case flaky
  /// `error` or `lost` on either side: trouble of the test or the host.
  case inconclusive
  /// The kernel no longer offers what the case needs.
  case noLongerSupported = "no-longer-supported"
  /// Broken on both sides, or as a known issue says.
  case stillFailing = "still-failing"
  case fixed
  /// The kernel offers now what the case needs.
  case newlySupported = "newly-supported"
  /// There is nothing to compare with.
  case appeared
  case unchanged
}

extension ComparisonClass {
  /// The class of two verdicts that stand for their sides; docs/history.md has the whole table.
  package init(from base: SideState, to candidate: SideState) {
    self =
      switch (base, candidate) {
      case (.verdict(.error), _), (.verdict(.lost), _), (_, .verdict(.error)),
        (_, .verdict(.lost)):
        .inconclusive
      case (.absent, .absent): .unchanged
      case (.absent, _): .appeared
      case (.verdict(.missing), .absent), (.verdict(.missing), .verdict(.missing)): .unchanged
      case (.verdict(.missing), .verdict(.unexercised)): .unchanged
      case (.verdict(.unexercised), .verdict(.unexercised)): .unchanged
      case (_, .absent), (_, .verdict(.missing)), (_, .verdict(.unexercised)): .lostCoverage
      case (.verdict(.missing), _), (.verdict(.unexercised), _): .appeared
      case (_, .known): .stillFailing
      case (.verdict(.skip), .verdict(.skip)), (.verdict(.pass), .verdict(.pass)): .unchanged
      case (.verdict(.skip), .verdict(.pass)): .newlySupported
      case (_, .verdict(.skip)): .noLongerSupported
      case (_, .verdict(.pass)): .fixed
      case (.verdict(.pass), _), (.verdict(.skip), _): .regression
      case (.verdict(.crash), _), (.verdict(.hang), _): .stillFailing
      case (_, .verdict(.fail)): .stillFailing
      case (_, .verdict(.crash)), (_, .verdict(.hang)): .regression
      }
  }
}
