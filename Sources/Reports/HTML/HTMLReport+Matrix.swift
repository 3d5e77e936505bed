import Results

/// The matrix of cases and kernels.
extension HTMLReport {
  func matrixSection(_ matrix: CaseMatrix) -> HTMLSection {
    let heads = matrix.columns.map { column -> Markup in
      "<th scope=\"col\" title=\"\(CaseWords.cut(column.name, 300))\">\(column.label)</th>"
    }
    let body: Markup = """
      \(toolbar(matrix))
      <div class="scroll matrix"><table>
      <thead><tr><th scope="col">case</th>\(heads)</tr></thead>
      \(matrix.suites.map { suite($0, matrix) })</table></div>
      <p id="none" hidden>No case fits.</p>
      <p class="hint js-only"><kbd>/</kbd> search, <kbd>j</kbd> <kbd>k</kbd> next and previous case, \
      <kbd>Esc</kbd> close. What you see is in the address, to be sent to others.</p>
      """
    return HTMLSection(id: "matrix", title: "Matrix", body: body)
  }

  private func toolbar(_ matrix: CaseMatrix) -> Markup {
    var counts: [VerdictMark: Int] = [:]
    for row in matrix.rows {
      for mark in Set(row.marks) { counts[mark, default: 0] += 1 }
    }
    let chips = VerdictMark.all.filter { counts[$0] != nil }.map { mark -> Markup in
      """
      <button type="button" class="chip \(mark.letter)" data-letter="\(mark.letter)" \
      aria-pressed="false">\(mark.glyph) \(mark.word) <b>\(counts[mark, default: 0])</b></button>
      """
    }
    let options = matrix.columns.enumerated().map { index, column -> Markup in
      "<option value=\"\(index)\">\(column.label)</option>"
    }
    let columns: Markup =
      matrix.columns.count < 2
      ? ""
      : """
      <label>on <select id="column"><option value="">any kernel</option>\(options)</select></label>
      <button type="button" class="chip" id="differ" aria-pressed="false">differs</button>
      """
    return """
      <form class="toolbar js-only" role="search">
      <input id="search" type="search" placeholder="case, reason, splat…" autocomplete="off" \
      spellcheck="false" aria-label="Search cases">
      <span class="chips" role="group" aria-label="Verdicts">\(chips)</span>
      \(columns)
      <output id="count" aria-live="polite"></output>
      <button type="button" id="clear" hidden>clear</button>
      </form>
      """
  }

  private func suite(_ suite: String, _ matrix: CaseMatrix) -> Markup {
    let rows = matrix.rows(of: suite)
    let counts = matrix.columns.indices.map { column -> Markup in
      "<td>\(tally(rows.compactMap { $0.row.cells[column] }))</td>"
    }
    return """
      <tbody data-suite="\(CaseWords.cut(suite, 100))">
      <tr class="suite"><th scope="rowgroup"><button type="button" aria-expanded="true">\
      \(CaseWords.cut(suite, 100))</button> <span class="dim">\(rows.count)</span></th>\(counts)</tr>
      \(rows.map { row($0.row, $0.place) })</tbody>

      """
  }

  private func tally(_ cases: [RepeatedCase]) -> Markup {
    let tally = Tally(cases.map(\.worst))
    let parts: [(Int, Markup)] = [
      (tally.passed, "<span class=\"p\">✓\(tally.passed)</span>"),
      (tally.red, "<span class=\"f\">✗\(tally.red)</span>"),
      (tally.known, "<span class=\"k\">~\(tally.known)</span>"),
      (tally.skipped, "<span class=\"s\">–\(tally.skipped)</span>"),
    ]
    return Markup(parts.filter { $0.0 > 0 }.map { $0.1 + " " })
  }

  private func row(_ row: CaseMatrix.Row, _ place: Int) -> Markup {
    let marks = row.marks
    let cells = zip(row.cells, marks).map { cell, mark -> Markup in
      "<td class=\"\(mark.letter)\">\(mark.glyph) \(Self.word(cell, mark))</td>"
    }
    return """
      <tr data-v="\(marks.map(\.letter))"><th scope="row">\
      <a href="#c\(place)">\(CaseWords.cut(row.name, 200))</a></th>\(cells)</tr>

      """
  }

  /// The verdict's word; of a skip what is lacking, of repetitions how many.
  private static func word(_ cell: RepeatedCase?, _ mark: VerdictMark) -> String {
    guard let cell else { return "" }
    let result = cell.worst
    if cell.results.count > 1 {
      let alike = cell.results.count { VerdictMark($0) == mark }
      return "\(mark.word) \(alike)/\(cell.results.count)"
    }
    guard result.verdict == .skip, let reason = result.reason else { return mark.word }
    return reason.kind.rawValue
  }
}
