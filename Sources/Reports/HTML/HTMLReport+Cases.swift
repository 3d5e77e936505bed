import Results

/// A section for every case: what it proves, what it did, what was expected, seen and measured.
extension HTMLReport {
  /// What all cases together may add beyond their results, in bytes; the most telling ones take first.
  static let detailBytes = 1_600_000

  func casesSection(_ matrix: CaseMatrix, _ run: Run) -> HTMLSection {
    let listings = Dictionary(
      cases.map { ("\($0.suite)\t\($0.name)", $0) }, uniquingKeysWith: { first, _ in first })
    var budget = Self.detailBytes
    var articles = Array(repeating: Markup.empty, count: matrix.rows.count)
    let order = matrix.rows.indices.sorted { first, second in
      let (one, other) = (Self.weight(matrix.rows[first]), Self.weight(matrix.rows[second]))
      return one == other ? first < second : one > other
    }
    for place in order {
      let row = matrix.rows[place]
      let listing = listings["\(row.suite)\t\(row.name)"]
      let page = CaseArticle(report: self, row: row, matrix: matrix, listing: listing, run: run)
      articles[place] = page.article(place, budget: &budget)
    }
    return HTMLSection(
      id: "cases", title: "Cases", body: "<div class=\"cases\">\n\(articles)</div>")
  }

  /// The sections of a few cases, with all that is known of them.
  func articles(of run: Run) -> Markup {
    var budget = Self.detailBytes
    let matrix = CaseMatrix(run)
    return Markup(
      matrix.rows.enumerated().map { place, row in
        let listing = cases.first { $0.suite == row.suite && $0.name == row.name }
        return CaseArticle(report: self, row: row, matrix: matrix, listing: listing, run: run)
          .article(place, budget: &budget)
      })
  }

  private static func weight(_ row: CaseMatrix.Row) -> Int {
    row.isRed ? 2 : row.isTelling ? 1 : 0
  }
}

/// The section of one case.
private struct CaseArticle {
  let report: HTMLReport
  let row: CaseMatrix.Row
  let matrix: CaseMatrix
  let listing: CaseListing?
  let run: Run

  /// Columns that say the same.
  private struct Finding {
    let result: CaseResult
    var repeated: [RepeatedCase]
    var columns: [String]
  }

  /// More steps than this are left to run.json.
  private static let maximumSteps = 60
  /// More splats than this add nothing.
  private static let maximumSplats = 5

  func article(_ place: Int, budget: inout Int) -> Markup {
    let details = details()
    let isShown = details.byteCount <= budget
    if isShown { budget -= details.byteCount }
    let rest: Markup =
      isShown
      ? details
      : "<p class=\"dim\">Evidence and steps are left out here; <code>\(report.pointer)</code> has them.</p>"
    return """
      <article id="c\(place)" tabindex="-1" aria-labelledby="h\(place)">
      <h3 id="h\(place)">\(CaseWords.cut(row.name, 200))</h3>
      \(promise())
      <ul class="findings">
      \(findings().map(finding))</ul>
      \(rest)
      </article>

      """
  }

  private func promise() -> Markup {
    guard let listing else { return "<p class=\"dim\">suite \(CaseWords.cut(row.suite, 100))</p>" }
    var facts = ["suite \(row.suite)"]
    if let since = listing.since { facts.append("since Linux \(since)") }
    if !listing.requirements.isEmpty {
      facts.append("needs \(listing.requirements.joined(separator: ", "))")
    }
    return """
      <p class="promise">\(TextLayout.sentence(CaseWords.cut(listing.summary, 1_000))).</p>
      <p class="dim">\(CaseWords.cut(facts.joined(separator: "; "), 1_000))</p>
      """
  }

  private func findings() -> [Finding] {
    var findings: [Finding] = []
    for (column, cell) in zip(matrix.columns, row.cells) {
      guard let cell else { continue }
      let same = findings.firstIndex { Self.saysTheSame($0.result, cell.worst) }
      if let same {
        findings[same].columns.append(column.label)
        findings[same].repeated.append(cell)
      } else {
        findings.append(Finding(result: cell.worst, repeated: [cell], columns: [column.label]))
      }
    }
    return findings
  }

  private static func saysTheSame(_ one: CaseResult, _ other: CaseResult) -> Bool {
    one.verdict == other.verdict && one.reason == other.reason && one.expected == other.expected
      && one.seen == other.seen && one.knownIssue == other.knownIssue
      && one.splats.map(\.fingerprint) == other.splats.map(\.fingerprint)
  }

  private func finding(_ finding: Finding) -> Markup {
    let result = finding.result
    let lines = CaseWords.facts(result, knownIssues: report.knownIssues)
      .filter { $0.label != "evidence" && $0.label != "kernel" }
      .map { fact -> Markup in
        "<dt>\(fact.label)</dt><dd>\(CaseWords.cut(fact.text, 2_000))</dd>"
      }
    let shares = finding.repeated.compactMap(\.share)
    let share: Markup = shares.first.map { " <b>in \($0)</b>" } ?? ""
    let facts: Markup = lines.isEmpty ? "" : "<dl>\(lines)</dl>"
    let again: Markup =
      result.verdict.isRed && result.verdict != .missing
      ? """
      <p class="again">again: <code>\
      \(CaseWords.cut(RerunCommand(program: "faultline").command(for: result, in: run), 500))\
      </code></p>
      """ : ""
    return """
      <li>\(VerdictMark(result).badge)\(share) \
      \(CaseWords.cut(finding.columns.joined(separator: ", "), 1_000))\
      <span class="dim"> \(times(finding))</span>\(facts)\(again)\
      \(result.splats.prefix(Self.maximumSplats).map { splat($0, result) })\(unended(result))</li>

      """
  }

  private func times(_ finding: Finding) -> String {
    let all = finding.repeated.flatMap { $0.results.compactMap(\.durationMilliseconds) }
    guard let low = all.min(), let high = all.max() else { return "" }
    let first = TextLayout.time(milliseconds: low)
    return low == high ? first : "\(first) to \(TextLayout.time(milliseconds: high))"
  }

  private func splat(_ splat: SplatRecord, _ result: CaseResult) -> Markup {
    let frames: Markup =
      splat.frames.isEmpty
      ? ""
      : "<pre>\(CaseWords.cut(splat.frames.prefix(60).joined(separator: "\n"), 6_000))</pre>"
    let around = report.excerpts.around(splat)
    let text = around ?? splat.text
    let times: Markup = splat.count > 1 ? " × \(splat.count)" : ""
    return """
      <details class="splat"><summary>kernel: \(CaseWords.cut(splat.title, 300))\(times)</summary>
      <p class="dim">fingerprint <code>\(CaseWords.cut(splat.fingerprint, 400))</code></p>\
      \(frames)<pre>\(CaseWords.cut(text, 12_000))</pre></details>
      """
  }

  /// The end of the log of a case that never ended.
  private func unended(_ result: CaseResult) -> Markup {
    guard [.hang, .lost, .crash].contains(result.verdict), result.splats.isEmpty,
      let text = report.excerpts.afterStart(of: row.name)
    else { return .empty }
    return """
      <details class="splat"><summary>kernel log after its start</summary>\
      <pre>\(CaseWords.cut(text, 8_000))</pre></details>
      """
  }

  /// What is left out where there is no room.
  private func details() -> Markup { evidence() + steps() + history() }

  private func evidence() -> Markup {
    let keys = Set(row.results.flatMap(\.evidence.keys)).sorted().prefix(100)
    guard !keys.isEmpty else { return .empty }
    let heads = matrix.columns.map { column -> Markup in
      "<th scope=\"col\" title=\"\(CaseWords.cut(column.name, 300))\">\(column.label)</th>"
    }
    let lines = keys.map { key -> Markup in
      let values = row.cells.map { CaseWords.cut($0?.worst.evidence[key] ?? "", 500) }
      return
        "<tr><th scope=\"row\">\(CaseWords.cut(key, 100))</th>\(SpannedCells.markup(values))</tr>\n"
    }
    return """
      <h4>Evidence</h4>
      <div class="scroll"><table class="plain"><thead><tr><td></td>\(heads)</tr></thead><tbody>
      \(lines)</tbody></table></div>
      """
  }

  /// The steps of the worst result that has any, else of the last.
  private func steps() -> Markup {
    let withSteps = row.cells.compactMap { $0 }.filter { !$0.worst.steps.isEmpty }
    guard
      let one = withSteps.first(where: { $0.worst.isRed })
        ?? withSteps.first(where: { $0.worst.verdict.isRed }) ?? withSteps.last
    else { return .empty }
    let steps = one.worst.steps
    let items = steps.prefix(Self.maximumSteps).map { step -> Markup in
      "<li>\(CaseWords.cut(step, 300))</li>"
    }
    let rest = steps.count - Self.maximumSteps
    let more: Markup = rest > 0 ? "<li>and \(rest) more</li>" : ""
    return """
      <h4>Steps <span class="dim">on \(CaseWords.cut(one.planned.kernel, 100))</span></h4>
      <ol class="steps">\(items)\(more)</ol>
      """
  }

  private func history() -> Markup {
    var lines: [(text: Markup, kernels: [String])] = []
    for result in row.results {
      guard let points = report.history[HistoryPoint.key(result.planned)], !points.isEmpty else {
        continue
      }
      let text = HistoryStrip(points).line
      let kernel = CaseWords.cut(result.planned.kernel, 100)
      if let same = lines.firstIndex(where: { $0.text == text }) {
        lines[same].kernels.append(kernel)
      } else {
        lines.append((text, [kernel]))
      }
    }
    let items = lines.map { line -> Markup in
      "<dt>\(line.kernels.joined(separator: ", "))</dt><dd>\(line.text)</dd>"
    }
    return items.isEmpty ? .empty : "<h4>History</h4><dl>\(items)</dl>"
  }
}
