/// All known issues, and what they mean for a run.
package struct KnownIssues: Equatable, Sendable {
  /// What the known issues had to say about one run.
  package struct News: Equatable, Sendable {
    /// One case that passed where an issue says that it fails.
    package struct UnexpectedPass: Equatable, Sendable {
      package var issue: KnownIssue
      package var planned: PlannedCase
    }

    /// Cases that passed where they were known to fail, in the order of the run.
    package var unexpectedlyPassing: [UnexpectedPass] = []
    /// Issues that would have explained a result but have expired.
    package var expired: [KnownIssue] = []
    /// Issues that explained something, in the order of the list.
    package var used: [KnownIssue] = []

    package init() {}
  }

  package var issues: [KnownIssue]

  package init(_ issues: [KnownIssue] = []) {
    self.issues = issues
  }

  /// Marks the red results of `run` that an issue explains, and says what is new.
  ///
  /// The first issue in the list wins. An issue past its last day explains nothing and is reported
  /// when it would have; a case that passed is news whether or not the issue has expired, unless a
  /// repetition of it still failed.
  package func apply(to run: inout Run, today: CalendarDate) -> News {
    var news = News()
    var used: Set<String> = []
    var expired: Set<String> = []
    let releases = Self.releases(of: run)
    for index in run.results.indices where run.results[index].verdict.isRed {
      let result = run.results[index]
      let release = releases[Self.key(result.planned)]
      let matches = issues.filter { $0.explains(result, release: release) }
      if let issue = matches.first(where: { today <= $0.expires }) {
        run.results[index].knownIssue = issue.id
        used.insert(issue.id)
      } else {
        expired.formUnion(matches.map(\.id))
      }
    }
    news.used = issues.filter { used.contains($0.id) }
    news.expired = issues.filter { expired.contains($0.id) }
    news.unexpectedlyPassing = unexpectedPasses(run, releases)
    return news
  }

  private func unexpectedPasses(
    _ run: Run, _ releases: [String: String]
  ) -> [News.UnexpectedPass] {
    let stillFailing = Set(
      run.results.filter { $0.verdict.isRed }.map { Self.key($0.planned) + "\n" + $0.planned.name })
    var seen: Set<String> = []
    return run.results.filter { $0.verdict == .pass }.compactMap { result in
      let key = Self.key(result.planned)
      let caseKey = key + "\n" + result.planned.name
      guard !stillFailing.contains(caseKey),
        let issue = issues.first(where: {
          $0.expectsFailure(of: result, release: releases[key])
        }),
        seen.insert(caseKey).inserted
      else { return nil }
      return News.UnexpectedPass(issue: issue, planned: result.planned)
    }
  }

  private static func releases(of run: Run) -> [String: String] {
    Dictionary(
      run.guests.compactMap { guest in
        guest.upstreamRelease.map { (guest.kernel + "\n" + guest.machine, $0) }
      }, uniquingKeysWith: { first, _ in first })
  }

  private static func key(_ planned: PlannedCase) -> String {
    planned.kernel + "\n" + planned.machine
  }
}
