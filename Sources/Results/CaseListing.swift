/// One case as a suite program lists it: what it needs and what it is about.
package struct CaseListing: Equatable, Hashable, Codable, Sendable {
  package var suite: String
  package var name: String
  /// What the case needs: `wp-anon`, `swap`, `hugetlb-2m`.
  package var requirements: [String]
  /// The version of Linux that first has all of it; nil where nothing that is needed came with one.
  package var since: String?
  package var deadlineMilliseconds: Int
  /// The promise in one sentence.
  package var summary: String

  package init(
    suite: String, name: String, requirements: [String], since: String? = nil,
    deadlineMilliseconds: Int, summary: String
  ) {
    self.suite = suite
    self.name = name
    self.requirements = requirements
    self.since = since
    self.deadlineMilliseconds = deadlineMilliseconds
    self.summary = summary
  }

  /// Reads a line of `PROGRAM --list`: name, requirements, deadline and summary with tabs between.
  ///
  /// nil when a field is missing or the deadline is no number.
  package init?(suite: String, line: some StringProtocol) {
    let fields = line.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false)
    guard fields.count == 4, !fields[0].isEmpty, let deadline = Int(fields[2]) else { return nil }
    let needs = fields[1] == "-" ? [] : fields[1].split(separator: ",")
    self.init(
      suite: suite, name: String(fields[0]),
      requirements: needs.map { String($0.prefix { $0 != "@" }) }, since: Self.newest(needs),
      deadlineMilliseconds: deadline, summary: String(fields[3]))
  }

  /// The latest of the versions behind an `@`.
  private static func newest(_ needs: [some StringProtocol]) -> String? {
    let versions = needs.compactMap { need in
      need.firstIndex(of: "@").map { String(need[need.index(after: $0)...]) }
    }
    return versions.filter { KernelRelease($0) != nil }.max { first, second in
      guard let first = KernelRelease(first), let second = KernelRelease(second) else {
        return false
      }
      return !first.isAtLeast(second)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case suite, requirements, since, summary
    case name = "case"
    case deadlineMilliseconds = "deadline_ms"
  }
}
