/// What asking one suite for a kernel gave.
package struct SuiteReport: Sendable, Equatable, CustomStringConvertible {
  package let suite: String
  /// The versions of the packages asked for that its index lists, of whatever series.
  package let versions: [String]
  /// Those that the index lists and the mirror does not have.
  package var gone: [String] = []
  /// Why the suite could not be read; nil when it was.
  package let failure: SuiteFailure?

  static func read(_ suite: String, _ versions: [String]) -> SuiteReport {
    SuiteReport(suite: suite, versions: versions, failure: nil)
  }

  static func failed(_ failure: SuiteFailure) -> SuiteReport {
    SuiteReport(suite: failure.suite, versions: [], failure: failure)
  }

  package var description: String {
    if let failure { return failure.description }
    let all = versions.map { gone.contains($0) ? $0 + " (listed, and not there)" : $0 }
    return "\(suite): " + (all.isEmpty ? "nothing" : all.joined(separator: ", "))
  }
}
