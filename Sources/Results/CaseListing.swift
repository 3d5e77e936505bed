/// One case as a suite program lists it: what it needs and what it is about.
package struct CaseListing: Equatable, Hashable, Codable, Sendable {
  package var suite: String
  package var name: String
  /// What the case needs: `wp-anon`, `swap`, `hugetlb-2m`.
  package var requirements: [String]
  package var deadlineMilliseconds: Int
  /// The promise in one sentence.
  package var summary: String

  package init(
    suite: String, name: String, requirements: [String], deadlineMilliseconds: Int, summary: String
  ) {
    self.suite = suite
    self.name = name
    self.requirements = requirements
    self.deadlineMilliseconds = deadlineMilliseconds
    self.summary = summary
  }

  /// Reads a line of `PROGRAM --list`: name, requirements, deadline and summary with tabs between.
  ///
  /// nil when a field is missing or the deadline is no number.
  package init?(suite: String, line: some StringProtocol) {
    let fields = line.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 4, !fields[0].isEmpty, let deadline = Int(fields[2]) else { return nil }
    self.init(
      suite: suite, name: String(fields[0]),
      requirements: fields[1] == "-" ? [] : fields[1].split(separator: ",").map { String($0) },
      deadlineMilliseconds: deadline, summary: String(fields[3]))
  }

  private enum CodingKeys: String, CodingKey {
    case suite, requirements, summary
    case name = "case"
    case deadlineMilliseconds = "deadline_ms"
  }
}
