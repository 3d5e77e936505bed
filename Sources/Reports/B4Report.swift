package import Results

/// The JSON that b4 reads from its check commands (`b4.review-perpatch-check-cmd`): an array with
/// one object a patch.
///
/// Only patches that were tried are in it: b4 shows nothing for one that faultline knows nothing
/// about.
package struct B4Report: Sendable {
  /// The series as it was given on the command line.
  package var series: String
  /// Where a reader finds more; nil for nowhere.
  package var url: String?

  package init(series: String, url: String? = nil) {
    self.series = series
    self.url = url
  }

  /// Writes the array and a newline: of all patches, or of one, since b4 asks about one mail at a
  /// time.
  package func write(
    _ check: SeriesCheck, patch index: Int? = nil, to output: inout some TextOutputStream
  ) throws {
    let outcomes = PatchOutcome.all(of: check).filter {
      $0.isChecked && (index == nil || $0.patch.index == index)
    }
    let objects = outcomes.map { object($0, check, isAlone: index != nil) }
    try JSONReport().write(encoded: objects, to: &output)
  }

  private struct Object: Encodable {
    let tool: String
    let status: String
    let summary: String
    let details: String
    let url: String?
  }

  private func object(_ outcome: PatchOutcome, _ check: SeriesCheck, isAlone: Bool) -> Object {
    let summary = Escaping.mail(outcome.summary)
    return Object(
      tool: "faultline", status: status(outcome),
      summary: isAlone ? summary : "patch \(outcome.number): \(summary)",
      details: CheckReply(series: series).details(outcome, check).joined(separator: "\n"), url: url)
  }

  /// `fail` for harm that this patch does, `warn` for what a person should look at.
  private func status(_ outcome: PatchOutcome) -> String {
    if outcome.isToBlame { return "fail" }
    let patch = outcome.patch
    let isDoubtful =
      outcome.culprit != nil || !patch.kernel.warnings.isEmpty || !patch.unconfirmed.isEmpty
    return isDoubtful ? "warn" : "pass"
  }
}
