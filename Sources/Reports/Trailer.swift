import Results

/// The `Reported-by:` or `Tested-by:` line, for those who asked for it.
///
/// A red run is reported, one with everything as expected is tested; nothing is said in the name of a person who asked for the other.
package struct Trailer: Equatable, Sendable {
  /// "Name <address>".
  package var reporter: String?
  /// "Name <address>".
  package var tester: String?

  package init(reporter: String? = nil, tester: String? = nil) {
    self.reporter = reporter
    self.tester = tester
  }

  /// Whether the text can stand behind `Tested-by:`.
  package static func isPerson(_ text: String) -> Bool {
    text.wholeMatch(of: /[^<>\p{Cc}]*[^<>\p{Cc} ] <[^<>@\s]+@[^<>@\s]+>/) != nil
  }

  /// The line for this run; nil for none.
  func line(for run: Run) -> String? {
    if run.exitStatus == 0 { return tester.map { "Tested-by: \($0)" } }
    return run.redResults.isEmpty ? nil : reporter.map { "Reported-by: \($0)" }
  }
}
