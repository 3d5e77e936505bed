package import Results

/// One run of the history: what is red, the matrix of cases and kernels page by page, and the machines.
package struct RunPage: Sendable {
  /// A kernel on a machine.
  package struct Column: Sendable {
    package var kernel: String
    package var machine: String
    package var counts: [MarkCount]

    package init(kernel: String, machine: String, counts: [MarkCount]) {
      self.kernel = kernel
      self.machine = machine
      self.counts = counts
    }
  }

  /// A case.
  package struct Row: Sendable {
    package var suite: String
    package var name: String
    /// One for each column; nil where it was not planned.
    package var cells: [Cell?]

    package init(suite: String, name: String, cells: [Cell?]) {
      self.suite = suite
      self.name = name
      self.cells = cells
    }
  }

  /// A case on a kernel.
  package struct Cell: Sendable {
    package var tally: CaseTally
    /// Why it was skipped.
    package var reason: Reason.Kind?

    package init(_ tally: CaseTally, reason: Reason.Kind?) {
      self.tally = tally
      self.reason = reason
    }
  }

  package var listing: RunListing
  package var guests: [GuestRecord]
  package var columns: [Column]
  package var query: RunPageQuery
  package var rows: [Row]
  /// Of all pages.
  package var total: Int
  /// The first red cases; empty on all pages but the first.
  package var red: [Row]

  package init(
    listing: RunListing, guests: [GuestRecord], columns: [Column], query: RunPageQuery,
    rows: [Row], total: Int, red: [Row]
  ) {
    self.listing = listing
    self.guests = guests
    self.columns = columns
    self.query = query
    self.rows = rows
    self.total = total
    self.red = red
  }

  package var text: String {
    let run = listing.run
    let pill: Markup =
      listing.red == 0
      ? "<span class=\"pill ok\">✓ as expected</span>"
      : "<span class=\"pill bad\">✗ \(listing.red) red</span>"
    let took = listing.elapsedMilliseconds.map { ", took \(TextLayout.time(milliseconds: $0))" }
    let facts = HTMLReport().facts(Run(id: run, guests: guests))
    let body: Markup = """
      <h2>Run \(CaseWords.cut(run, 100)) \(pill)</h2>
      <p class="dim">\(CaseWords.cut(listing.started ?? "", 40))\(took ?? "") · \(compareLinks)</p>
      \(tiles)
      \(redList)
      \(matrix)
      \(facts.markup)
      """
    return ServedFrame(title: "faultline: \(run)", crumbs: [(run, nil)]).page(body)
  }

  private var compareLinks: Markup {
    let previous = PageLink(.compare, [("a", ""), ("b", listing.run)])
    let kernels = listing.kernels
    guard kernels.count > 1 else {
      return "<a href=\"\(previous.text)\">compare with another run</a>"
    }
    let pairs = zip(kernels, kernels.dropFirst()).prefix(6).map { first, second -> Markup in
      let link = PageLink(
        .compare, [("a", "\(listing.run):\(first)"), ("b", "\(listing.run):\(second)")])
      return
        ", <a href=\"\(link.text)\">\(CaseWords.cut(first, 60)) → \(CaseWords.cut(second, 60))</a>"
    }
    return "compare <a href=\"\(previous.text)\">with another run</a>\(pairs)"
  }

  private var tiles: Markup {
    let tiles = MarkCount.marks(columns.flatMap(\.counts)).map { mark, count -> Markup in
      let link = RunPageQuery(run: listing.run, letters: mark.letter.source).link
      return """
        <li class="\(mark.letter)"><a class="\(mark.letter)" href="\(link.text)#matrix"><b>\(count)</b> \
        \(mark.glyph) \(mark.word)</a></li>
        """
    }
    return "<ul class=\"tiles\">\(tiles)</ul>"
  }

  private var redList: Markup {
    guard !red.isEmpty else { return .empty }
    let items = red.map { row -> Markup in
      let places = zip(columns, row.cells).filter { $0.1.map { Self.mark($0).isRedMark } ?? false }
      let badge = places.first?.1.map { Self.mark($0).badge } ?? .empty
      let names = places.map(\.0.kernel).prefix(6).joined(separator: ", ")
      return """
        <li>\(badge) <a href="\(link(row).text)">\(CaseWords.cut(row.name, 200))</a> \
        <span class="dim">on \(CaseWords.cut(names, 300))</span></li>

        """
    }
    return "<h3>What is red</h3>\n<ul class=\"list\">\n\(items)</ul>\n"
  }

  private func link(_ row: Row) -> PageLink {
    PageLink.testCase(listing.run, suite: row.suite, name: row.name)
  }

  static func mark(_ cell: Cell) -> VerdictMark {
    switch cell.tally.state {
    case .known: .known
    case .absent: .none
    case .verdict(let verdict): VerdictMark(verdict, isKnown: false)
    }
  }
}

extension RunPage {
  private var matrix: Markup {
    let heads = columns.map { column -> Markup in
      let machine: Markup =
        Set(columns.map(\.machine)).count > 1
        ? "<br><span class=\"dim\">\(CaseWords.cut(column.machine, 60))</span>" : .empty
      return "<th scope=\"col\">\(CaseWords.cut(column.kernel, 60))\(machine)</th>"
    }
    let turner = PageTurner(page: query.page, size: RunPageQuery.size, total: total, noun: "case")
    var suite: String?
    let lines = rows.map { row -> Markup in
      defer { suite = row.suite }
      let head: Markup =
        row.suite == suite
        ? .empty
        : """
        <tr class="suite"><th scope="rowgroup" colspan="\(columns.count + 1)">\(CaseWords.cut(row.suite, 100))</th></tr>

        """
      return head + line(row)
    }
    let table: Markup = """
      <div class="scroll matrix"><table><thead><tr><th scope="col">case</th>\(heads)</tr></thead><tbody>
      \(lines)</tbody></table></div>
      """
    return """
      <section id="matrix" aria-labelledby="matrix-title"><h2 id="matrix-title">Matrix</h2>
      \(toolbar)
      \(Markup.when(rows.isEmpty, "<p>No case fits.</p>"))\(Markup.when(!rows.isEmpty, table))
      \(turner.markup(anchor: "#matrix") { query.turned(to: $0).link })
      </section>
      """
  }

  private func line(_ row: Row) -> Markup {
    let cells = row.cells.map { cell -> Markup in
      guard let cell else { return "<td class=\"n\">\(VerdictMark.none.glyph)</td>" }
      let mark = Self.mark(cell)
      return "<td class=\"\(mark.letter)\">\(mark.glyph) \(Self.word(cell, mark))</td>"
    }
    return """
      <tr data-row data-v="\(row.cells.map { $0.map(Self.mark)?.letter ?? "n" })"><th scope="row">\
      <a href="\(link(row).text)">\(CaseWords.cut(row.name, 200))</a></th>\(cells)</tr>

      """
  }

  private static func word(_ cell: Cell, _ mark: VerdictMark) -> String {
    let total = cell.tally.total
    if total > 1, case .verdict(let verdict) = cell.tally.state {
      return "\(mark.word) \(cell.tally[verdict])/\(total)"
    }
    if mark.word == Verdict.skip.rawValue, let reason = cell.reason { return reason.rawValue }
    return mark.word
  }

  private var toolbar: Markup {
    let chips = MarkCount.marks(columns.flatMap(\.counts)).map { mark, _ -> Markup in
      let letter = mark.letter.source
      return """
        <a class="chip \(mark.letter)" aria-current="\(query.letters.contains(letter) ? "true" : "false")" \
        href="\(query.toggled(letter).link.text)#matrix">\(mark.glyph) \(mark.word)</a>
        """
    }
    let options = columns.enumerated().map { index, column -> Markup in
      let selected: Markup = query.column == index ? " selected" : ""
      return "<option value=\"\(index)\"\(selected)>\(CaseWords.cut(column.kernel, 60))</option>"
    }
    let several: Markup = """
      <label>on <select name="on"><option value="">any kernel</option>\(options)</select></label>
      <a class="chip" aria-current="\(query.differs ? "true" : "false")" href="\(query.differing().link.text)#matrix">differs</a>
      """
    let hidden: Markup = """
      <input type="hidden" name="run" value="\(listing.run)">\
      \(Markup.when(!query.letters.isEmpty, "<input type=\"hidden\" name=\"v\" value=\"\(query.letters)\">"))\
      \(Markup.when(query.differs, "<input type=\"hidden\" name=\"d\" value=\"1\">"))
      """
    let clear: Markup = "<a href=\"\(PageLink.run(listing.run).text)#matrix\">clear</a>"
    return """
      <form class="toolbar" role="search" action="/run#matrix" method="get" data-ask>\(hidden)
      <input id="search" type="search" name="q" value="\(query.text)" maxlength="200" placeholder="case, reason, seen…" \
      autocomplete="off" spellcheck="false" aria-label="Search cases"> <button>search</button>
      <span class="chips" role="group" aria-label="Verdicts">\(chips)</span>
      \(Markup.when(columns.count > 1, several))
      \(Markup.when(query.isFiltered, clear))
      </form>
      """
  }
}

extension VerdictMark {
  /// Whether it turns a run red.
  fileprivate var isRedMark: Bool { ["f", "c", "h", "u", "e", "l", "m"].contains(letter.source) }
}
