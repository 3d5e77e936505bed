import Results

/// What came out, in a screenful.
extension HTMLReport {
  /// More failures than this are left to the matrix.
  private static let maximumFailures = 40

  func summary(_ run: Run, _ matrix: CaseMatrix) -> HTMLSection {
    let digest = RunDigest(run, knownIssues: knownIssues)
    let body: Markup = """
      <p class="lead">\(digest.sentence)</p>
      \(tiles(run))
      \(kernels(digest))
      \(failures(digest, matrix))
      \(known(digest))
      """
    return HTMLSection(id: "summary", title: "Summary", body: body)
  }

  private func tiles(_ run: Run) -> Markup {
    var counts: [VerdictMark: Int] = [:]
    for result in run.results { counts[VerdictMark(result), default: 0] += 1 }
    let tiles = VerdictMark.all.compactMap { mark -> Markup? in
      guard let count = counts[mark] else { return nil }
      return "<li class=\"\(mark.letter)\"><b>\(count)</b> \(mark.glyph) \(mark.word)</li>"
    }
    return "<ul class=\"tiles\">\(tiles)</ul>"
  }

  private func kernels(_ digest: RunDigest) -> Markup {
    let rows = digest.kernels.map { kernel -> Markup in
      let boot =
        kernel.bootMilliseconds.map { TextLayout.time(milliseconds: $0) } ?? "did not come up"
      let tally = kernel.tally
      return """
        <tr><th scope="row">\(CaseWords.cut(kernel.name, 200))</th><td>\
        \(CaseWords.cut(kernel.release ?? "unknown", 100))</td>\
        <td class="num\(tally.red > 0 ? " f" : "")">\(tally.red)</td><td class="num">\(tally.passed)</td>\
        <td class="num">\(tally.known)</td><td class="num">\(tally.skipped)</td>\
        <td class="num">\(boot)</td><td>\(kernel.accelerator ?? "")</td></tr>

        """
    }
    return """
      <div class="scroll"><table class="plain"><thead><tr><th scope="col">kernel</th>\
      <th scope="col">release</th><th scope="col" class="num">red</th>\
      <th scope="col" class="num">passed</th><th scope="col" class="num">known</th>\
      <th scope="col" class="num">skipped</th><th scope="col" class="num">boot</th>\
      <th scope="col">by</th></tr></thead><tbody>
      \(rows)</tbody></table></div>
      """
  }

  private func failures(_ digest: RunDigest, _ matrix: CaseMatrix) -> Markup {
    guard !digest.failures.isEmpty else { return .empty }
    let places = Dictionary(
      matrix.rows.enumerated().map { ("\($0.element.suite)\t\($0.element.name)", $0.offset) },
      uniquingKeysWith: { first, _ in first })
    let items = digest.failures.prefix(Self.maximumFailures).map { failure -> Markup in
      let entry = failure.entry
      let result = entry.result
      let name = CaseWords.cut(RunDigest.name(entry), 200)
      let place = places["\(result.planned.suite)\t\(result.planned.name)"]
      let link: Markup = place.map { "<a href=\"#c\($0)\">\(name)</a>" } ?? Markup(name)
      let where_ = CaseWords.cut(RunDigest.list(entry.places, most: 6), 400)
      return """
        <li>\(VerdictMark(result).badge) \(link) <span class="dim">on \(where_)</span>\
        <br>\(CaseWords.headline(result))\(others(failure, places))</li>

        """
    }
    let rest = digest.failures.count - Self.maximumFailures
    let more: Markup = rest > 0 ? "<li>and \(rest) more, in the matrix</li>" : ""
    return "<h3>What is red</h3>\n<ul class=\"list\">\n\(items)\(more)</ul>"
  }

  /// The same failure of other legs.
  private func others(_ failure: RunDigest.Failure, _ places: [String: Int]) -> Markup {
    guard !failure.others.isEmpty else { return .empty }
    let suite = failure.entry.result.planned.suite
    let links = failure.others.prefix(12).map { name -> Markup in
      let text = CaseWords.cut(CatalogueRow.leg(of: name) ?? name, 100)
      guard let place = places["\(suite)\t\(name)"] else { return " \(text)" }
      return " <a href=\"#c\(place)\">\(text)</a>"
    }
    let rest = failure.others.count - 12
    let more = rest > 0 ? " and \(rest) more" : ""
    return "<br><span class=\"dim\">also\(links)\(more)</span>"
  }

  private func known(_ digest: RunDigest) -> Markup {
    guard !digest.known.isEmpty else { return .empty }
    let items = digest.known.prefix(100).map { known -> Markup in
      "<li>\(known.count) × \(CaseWords.cut(known.text, 600))</li>\n"
    }
    let total = digest.known.map(\.count).reduce(0, +)
    return """
      <details><summary>\(TextLayout.count(total, "result")) explained by \
      \(TextLayout.count(digest.known.count, "known issue"))</summary>
      <ul class="list">
      \(items)</ul></details>
      """
  }
}
