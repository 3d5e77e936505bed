package import Results

/// A run that goes on, as far as it has got.
package struct LivePage: Sendable {
  package var run: String
  /// nil until its first results are kept.
  package var soFar: Run?

  /// More red results are only counted.
  private static let maximumRed = 60

  package init(run: String, soFar: Run?) {
    self.run = run
    self.soFar = soFar
  }

  package var link: PageLink { PageLink(.live, [("run", run)]) }

  package var text: String {
    let body: Markup =
      "<h2><span class=\"live\">Run \(CaseWords.cut(run, 100))</span></h2>\n\(summaryBody)\n\(kernels)\n\(red)"
    return ServedFrame(title: "faultline: \(run) goes on", crumbs: [(run, nil)], isLive: true)
      .page(body)
  }

  /// For the list of runs.
  var summary: Markup {
    """
    <p data-row><a class="live" href="\(link.text)">\(CaseWords.cut(run, 100))</a></p>
    \(summaryBody)

    """
  }

  /// What still has to come is `missing` in what a run keeps while it goes on.
  private static func isDone(_ result: CaseResult) -> Bool { result.verdict != .missing }

  private var summaryBody: Markup {
    guard let soFar else { return "<p class=\"dim\">It has just begun.</p>" }
    let done = soFar.results.count(where: Self.isDone)
    let total = soFar.results.count
    let tally = Tally(soFar.results.filter(Self.isDone))
    let took = soFar.elapsedMilliseconds.map { ", for \(TextLayout.time(milliseconds: $0))" } ?? ""
    let redWord: Markup = tally.red > 0 ? "<b class=\"f\">\(tally.red) red</b>" : "0 red"
    return """
      <p><progress max="\(max(1, total))" value="\(done)">\(done) of \(total)</progress></p>
      <p>\(done) of \(total) results\(took): <span class="p">\(tally.passed) passed</span>, \(redWord), \
      \(tally.known) known, \(tally.skipped) skipped.</p>
      """
  }

  private var kernels: Markup {
    guard let soFar else { return .empty }
    let grid = RunGrid(soFar)
    let rows = grid.kernels.prefix(100).map { kernel -> Markup in
      let results = grid.suiteNames.flatMap { kernel.suite($0)?.results ?? [] }
      let done = results.filter(Self.isDone)
      let tally = Tally(done)
      return """
        <tr><th scope="row">\(CaseWords.cut(kernel.name, 200))</th><td><progress max="\(max(1, results.count))" \
        value="\(done.count)"></progress></td><td class="num">\(done.count)/\(results.count)</td>\
        <td class="num">\(tally.passed)</td><td class="num\(tally.red > 0 ? " f" : "")">\(tally.red)</td>\
        <td class="num">\(tally.known)</td><td class="num">\(tally.skipped)</td></tr>

        """
    }
    return """
      <div class="scroll"><table class="plain"><thead><tr><th scope="col">kernel</th><td></td><th scope="col" class="num">done</th>\
      <th scope="col" class="num">passed</th><th scope="col" class="num">red</th><th scope="col" class="num">known</th>\
      <th scope="col" class="num">skipped</th></tr></thead><tbody>
      \(rows)</tbody></table></div>
      """
  }

  private var red: Markup {
    let red = (soFar?.results ?? []).filter { $0.isRed && Self.isDone($0) }
    guard !red.isEmpty else { return .empty }
    let items = red.prefix(Self.maximumRed).map { result -> Markup in
      """
      <li>\(VerdictMark(result).badge) \(CaseWords.cut(result.planned.name, 200)) \
      <span class="dim">on \(CaseWords.cut(result.planned.kernel, 100))</span><br>\(CaseWords.headline(result))</li>

      """
    }
    let rest = red.count - items.count
    return """
      <h3>Red so far</h3>
      <ul class="list">
      \(items)\(Markup.when(rest > 0, "<li>and \(rest) more</li>"))</ul>
      """
  }
}
