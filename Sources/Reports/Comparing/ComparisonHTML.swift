package import Results

/// A comparison as one HTML file that needs nothing else: what differs first, then the classes, the worst first, with what
/// both sides said beside each other.
package struct ComparisonHTML: Sendable {
  /// Where a served comparison points to for a case; nil in a file.
  typealias Link =
    @Sendable (_ side: Comparison.Side, _ identity: ComparedCase.Identity) -> PageLink

  private let link: Link?
  /// More cases of one class are only counted.
  private static let mostRows = 400
  /// More cases of one class are not told one by one.
  private static let mostTold = 60

  package init() { link = nil }

  init(link: @escaping Link) { self.link = link }

  /// Writes the page.
  package func write(_ comparison: Comparison, to output: inout some TextOutputStream) {
    let frame = HTMLFrame(
      title: "faultline: \(comparison.base.name) → \(comparison.candidate.name)",
      style: PageStyle.markup, script: PageScript.markup)
    let links = Self.classes(comparison).map { verdict -> Markup in
      "<a href=\"#\(verdict.rawValue)\">\(ComparisonPhrases.heading(verdict))</a>"
    }
    let body: Markup = """
      <body>
      <a class="skip-link" href="#classes">Skip to the classes</a>
      <header>
      <h1>faultline \(Self.pill(comparison))</h1>
      <p class="run"><code>\(CaseWords.cut(comparison.base.name, 100))</code> → \
      <code>\(CaseWords.cut(comparison.candidate.name, 100))</code></p>
      <nav aria-label="Sections">\(links)\(PageParts.theme)</nav>
      </header>
      <main>
      \(content(comparison))</main>
      <footer>Written by faultline; <code>--format json</code> has every case.</footer>
      <script>\(PageScript.markup)</script>
      </body>
      </html>

      """
    output.write(frame.head.source)
    output.write(body.source)
  }

  /// All of it below the header.
  func content(_ comparison: Comparison) -> Markup {
    let obstacles = comparison.obstacles.map { obstacle -> Markup in
      "<p class=\"note bad-note\"><b>Nothing can be concluded:</b> \(CaseWords.cut(obstacle, 1_000))</p>\n"
    }
    guard comparison.isComparable else {
      return Markup(obstacles) + sides(comparison) + differences(comparison)
    }
    let method: Markup =
      ComparisonPhrases.usesTest(comparison) ? "<p class=\"dim\">\(Comparison.method).</p>" : ""
    return """
      <p class="lead">\(TextLayout.sentence(ComparisonPhrases.summary(comparison))).</p>
      \(sides(comparison))
      \(differences(comparison))
      \(tiles(comparison))
      \(filter(comparison))
      \(Self.classes(comparison).map { section($0, comparison) })
      \(timing(comparison))
      \(method)
      """
  }

  static func pill(_ comparison: Comparison) -> Markup {
    let count = comparison.count(.regression)
    if !comparison.isComparable {
      return "<span class=\"pill bad\">nothing can be concluded</span>"
    }
    return count == 0
      ? "<span class=\"pill ok\">✓ no regression</span>"
      : "<span class=\"pill bad\">✗ \(TextLayout.count(count, "regression"))</span>"
  }

  private static func classes(_ comparison: Comparison) -> [ComparisonClass] {
    ComparisonClass.allCases.filter { $0 != .unchanged && comparison.count($0) > 0 }
  }

  private func sides(_ comparison: Comparison) -> Markup {
    """
    <dl><dt>base</dt><dd>\(CaseWords.cut(ComparisonPhrases.side(comparison.base), 1_000))</dd>
    <dt>candidate</dt><dd>\(CaseWords.cut(ComparisonPhrases.side(comparison.candidate), 1_000))</dd></dl>

    """
  }

  private func differences(_ comparison: Comparison) -> Markup {
    guard !comparison.differences.isEmpty else {
      return "<p class=\"dim\">Nothing but the kernel differs, as far as the runs say.</p>\n"
    }
    let rows = comparison.differences.prefix(300).map { one -> Markup in
      """
      <tr\(Markup.when(one.isObstacle, " class=\"differs\""))><th scope="row">\(CaseWords.cut(one.what, 200))</th>\
      <td>\(CaseWords.cut(one.base ?? "–", 600))</td><td>\(CaseWords.cut(one.candidate ?? "–", 600))</td></tr>

      """
    }
    return """
      <section id="differs" aria-labelledby="differs-title">
      <h2 id="differs-title">Differs besides the kernel</h2>
      <div class="scroll"><table class="plain facts"><thead><tr><td></td><th scope="col">base</th>\
      <th scope="col">candidate</th></tr></thead><tbody>
      \(rows)</tbody></table></div>
      </section>

      """
  }

  private func tiles(_ comparison: Comparison) -> Markup {
    let tiles = ComparisonClass.allCases.filter { comparison.count($0) > 0 }.map {
      verdict -> Markup in
      let text: Markup = "<b>\(comparison.count(verdict))</b> \(ComparisonPhrases.heading(verdict))"
      return verdict == .unchanged
        ? "<li>\(text)</li>"
        : "<li class=\"\(Self.colour(verdict))\"><a href=\"#\(verdict.rawValue)\">\(text)</a></li>"
    }
    return "<ul class=\"tiles\" id=\"classes\">\(tiles)</ul>"
  }

  private static func colour(_ verdict: ComparisonClass) -> Markup {
    switch verdict {
    case .regression: "f"
    case .lostCoverage, .flaky, .inconclusive: "u"
    case .noLongerSupported, .appeared, .unchanged: "s"
    case .stillFailing: "k"
    case .fixed, .newlySupported: "p"
    }
  }

  private func filter(_ comparison: Comparison) -> Markup {
    guard !comparison.rows.isEmpty else { return .empty }
    return """
      <form class="toolbar js-only" role="search"><input id="filter" type="search" autocomplete="off" spellcheck="false" \
      placeholder="case, reason, evidence…" aria-label="Search what changed"> \
      <output id="count" aria-live="polite"></output></form>
      """
  }

  private func section(_ verdict: ComparisonClass, _ comparison: Comparison) -> Markup {
    let rows = comparison.rows(verdict)
    let heading = TextLayout.sentence(ComparisonPhrases.heading(verdict))
    let body: Markup
    if ComparisonPhrases.tellsEach(verdict, rows.count) || rows.count <= 5 {
      let told = rows.prefix(Self.mostTold).map { change($0, comparison) }
      let rest = Array(rows.dropFirst(Self.mostTold))
      body = Markup(told) + (rest.isEmpty ? .empty : list(rest, comparison))
    } else {
      body = groups(rows, comparison) + list(rows, comparison)
    }
    return """
      <section id="\(verdict.rawValue)" data-part aria-labelledby="\(verdict.rawValue)-title">
      <h2 id="\(verdict.rawValue)-title" class="\(Self.colour(verdict))">\(heading) <span class="dim">\(rows.count)</span></h2>
      \(body)
      </section>

      """
  }

  private func groups(_ rows: [Comparison.Row], _ comparison: Comparison) -> Markup {
    let groups = ComparisonPhrases.groups(rows)
    let items = groups.prefix(50).map { group -> Markup in
      "<li>\(group.rows.count) × \(CaseWords.cut(group.text(in: comparison), 600))</li>\n"
    }
    let rest = groups.count - items.count
    return
      "<ul class=\"list\">\n\(items)\(Markup.when(rest > 0, "<li>and \(rest) more groups</li>"))</ul>\n"
  }

  /// One line each, closed until asked for.
  private func list(_ rows: [Comparison.Row], _ comparison: Comparison) -> Markup {
    let lines = rows.prefix(Self.mostRows).map { row -> Markup in
      """
      <tr data-row><th scope="row">\(name(row, comparison))</th><td>\(ComparisonPhrases.change(row))</td>\
      <td>\(CaseWords.cut(said(row), 300))</td></tr>

      """
    }
    let rest = rows.count - lines.count
    let more: Markup = rest > 0 ? "<p class=\"dim\">and \(rest) more</p>" : ""
    return """
      <details class="all"><summary>\(TextLayout.count(rows.count, "case")), one by one</summary>
      <div class="scroll"><table class="plain"><tbody>
      \(lines)</tbody></table></div>\(more)</details>

      """
  }

  private func said(_ row: Comparison.Row) -> String {
    let half = row.verdict == .newlySupported || row.verdict == .fixed ? row.base : row.candidate
    return half?.result?.reason?.text ?? half?.result?.seen ?? ""
  }

  private func name(_ row: Comparison.Row, _ comparison: Comparison) -> Markup {
    let title = CaseWords.cut(ComparisonPhrases.title(row.identity, in: comparison), 300)
    guard let link else { return Markup(title) }
    let side = row.candidate == nil ? comparison.base : comparison.candidate
    return "<a href=\"\(link(side, row.identity).text)\">\(title)</a>"
  }

  private func timing(_ comparison: Comparison) -> Markup {
    guard !comparison.timing.isEmpty else { return .empty }
    let lines = comparison.timing.prefix(100).map { one -> Markup in
      """
      <tr><th scope="row">\(CaseWords.cut(ComparisonPhrases.title(one.identity, in: comparison), 300))</th>\
      <td>\(TextLayout.time(milliseconds: one.band.low)) to \(TextLayout.time(milliseconds: one.band.high))</td>\
      <td>\(TextLayout.time(milliseconds: one.candidateMilliseconds))</td></tr>

      """
    }
    let rest = comparison.timing.count - lines.count
    return """
      <section id="timing" aria-labelledby="timing-title"><h2 id="timing-title">Time outside its noise band</h2>
      <div class="scroll"><table class="plain"><thead><tr><th scope="col">case</th><th scope="col">base's band</th>\
      <th scope="col">candidate</th></tr></thead><tbody>
      \(lines)</tbody></table></div>\(Markup.when(rest > 0, "<p class=\"dim\">and \(rest) more</p>"))</section>

      """
  }
}

extension ComparisonHTML {
  /// All of one case: both sides beside each other.
  private func change(_ row: Comparison.Row, _ comparison: Comparison) -> Markup {
    let counts: Markup =
      ComparisonPhrases.counts(row).map { " <span class=\"dim\">\($0)</span>" } ?? ""
    let notes = row.notes.map { note -> Markup in
      "<p class=\"note\">\(CaseWords.cut(note, 600))</p>"
    }
    return """
      <div class="change" data-row><h3>\(name(row, comparison))</h3>
      <p><b>\(ComparisonPhrases.change(row))</b>\(counts)</p>\(notes)
      <div class="pair"><div><h4>base</h4>\(half(row.base))</div>\
      <div><h4>candidate</h4>\(half(row.candidate))</div></div>
      \(evidence(row))</div>

      """
  }

  private func half(_ half: Comparison.Half?) -> Markup {
    guard let half else { return "<p class=\"dim\">has no such case</p>" }
    guard let result = half.result else { return "<p>\(half.tally.state.word)</p>" }
    let facts = CaseWords.facts(result, knownIssues: KnownIssues())
      .filter { $0.label != "evidence" && $0.label != "kernel" }
      .map { fact -> Markup in "<dt>\(fact.label)</dt><dd>\(CaseWords.cut(fact.text, 2_000))</dd>" }
    let time: Markup =
      half.durationMilliseconds.map {
        " <span class=\"dim\">\(TextLayout.time(milliseconds: $0))</span>"
      }
      ?? ""
    let splats = result.splats.prefix(3).map { splat -> Markup in
      """
      <details class="splat"><summary>kernel: \(CaseWords.cut(splat.title, 300))</summary>\
      <pre>\(CaseWords.cut(splat.text, 8_000))</pre></details>
      """
    }
    let list: Markup = facts.isEmpty ? "" : "<dl>\(facts)</dl>"
    return "<p>\(VerdictMark(result).badge)\(time)</p>\(list)\(splats)"
  }

  private func evidence(_ row: Comparison.Row) -> Markup {
    let values = ComparisonPhrases.evidence(row).prefix(60)
    guard !values.isEmpty else { return .empty }
    let lines = values.map { one -> Markup in
      """
      <tr><th scope="row">\(CaseWords.cut(one.key, 100))</th><td>\(CaseWords.cut(one.base ?? "–", 400))</td>\
      <td>\(CaseWords.cut(one.candidate ?? "–", 400))</td></tr>

      """
    }
    return """
      <details\(row.verdict == .regression ? " open" : "")><summary>Evidence that differs</summary><div class="scroll">\
      <table class="plain"><thead><tr><td></td><th scope="col">base</th><th scope="col">candidate</th></tr></thead><tbody>
      \(lines)</tbody></table></div></details>
      """
  }
}
