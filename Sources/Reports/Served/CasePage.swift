package import Results

/// One case in one run, on all of its kernels, and how it did in earlier ones.
package struct CasePage: Sendable {
  /// The run with the results of this case alone.
  package var run: Run
  package var suite: String
  package var name: String
  package var listing: CaseListing?
  package var knownIssues: KnownIssues
  /// The last runs of every kernel that has the case, this run's or not.
  package var histories: [CaseHistory]

  package init(
    run: Run, suite: String, name: String, listing: CaseListing?, knownIssues: KnownIssues,
    histories: [CaseHistory]
  ) {
    self.run = run
    self.suite = suite
    self.name = name
    self.listing = listing
    self.knownIssues = knownIssues
    self.histories = histories
  }

  package var text: String {
    let report = HTMLReport(knownIssues: knownIssues, cases: listing.map { [$0] } ?? [])
    let content: Markup = """
      <div class="cases">\(report.articles(of: run))</div>
      \(strips)
      """
    return ServedFrame(
      title: "faultline: \(name)", crumbs: [(run.id, PageLink.run(run.id)), (name, nil)]
    ).page(content)
  }

  private var strips: Markup {
    guard !histories.isEmpty else { return .empty }
    let machines = Set(histories.map(\.machine)).count
    let rows = histories.prefix(200).map { history -> Markup in
      let place =
        machines > 1 ? "\(history.kernel) on \(history.machine)" : history.kernel
      let strip = HistoryStrip(history.entries.compactMap(HistoryPoint.init)).markup {
        point, square in
        let link = PageLink.testCase(point.run, suite: suite, name: name)
        return "<a href=\"\(link.text)\">\(square)</a>"
      }
      return """
        <tr><th scope="row">\(CaseWords.cut(place, 200))</th><td>\(strip)\(facts(history))</td></tr>

        """
    }
    return """
      <section id="history" aria-labelledby="history-title"><h2 id="history-title">History</h2>
      <p class="dim">The last runs of each kernel, the oldest on the left.</p>
      <div class="scroll"><table class="plain strips"><tbody>
      \(rows)</tbody></table></div></section>
      """
  }

  private func facts(_ history: CaseHistory) -> Markup {
    let failures = history.failures
    guard failures.runs > 0 else { return .empty }
    var turn: Markup = .empty
    if let bad = history.firstBad {
      let good: Markup = history.lastGood.map { "last good \(link($0))" } ?? "never good"
      turn = "<p class=\"f\">first bad \(link(bad)), \(good)</p>"
    }
    return """
      \(turn)<p class="dim">\(CaseHistoryReport.rate(history))</p>
      """
  }

  private func link(_ entry: CaseHistory.Entry) -> Markup {
    let link = PageLink.testCase(entry.run, suite: suite, name: name)
    return "<a href=\"\(link.text)\">\(CaseWords.cut(entry.run, 80))</a>"
  }
}
