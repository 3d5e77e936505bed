package import Results

/// A comparison for a terminal: what differs besides the kernel, then the worst first.
package struct ComparisonReport: Sendable {
  /// More cases of one class are only counted, unless all are asked for.
  private static let mostRows = 40
  private static let mostGroups = 24

  private let style: TerminalStyle
  private let width: Int
  private let showsAll: Bool

  /// Makes a report; `showsAll` lists every case that changed.
  package init(style: TerminalStyle, width: Int, showsAll: Bool = false) {
    self.style = style
    self.width = max(40, width)
    self.showsAll = showsAll
  }

  package func write(_ comparison: Comparison, to output: inout some TextOutputStream) {
    var sections = [sides(comparison)]
    if !comparison.differences.isEmpty { sections.append(differences(comparison)) }
    if comparison.isComparable {
      for verdict in ComparisonClass.allCases where verdict != .unchanged {
        let rows = comparison.rows(verdict)
        if !rows.isEmpty { sections.append(section(verdict, rows, comparison)) }
      }
      if !comparison.timing.isEmpty { sections.append(timing(comparison)) }
    }
    sections.append(ending(comparison))
    output.write(sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n")
  }

  private func sides(_ comparison: Comparison) -> [String] {
    [("base", comparison.base), ("candidate", comparison.candidate)].map { word, side in
      style.paint(TextLayout.left(word, 9), .strong) + "  "
        + Escaping.terminal("\(side.name): \(ComparisonPhrases.side(side))")
    }
  }

  private func differences(_ comparison: Comparison) -> [String] {
    let all = comparison.differences
    let shown = showsAll ? all : Array(all.prefix(Self.mostGroups))
    let margin = min(24, shown.map(\.what.count).max() ?? 0)
    let lines = shown.flatMap { difference in
      let values = "\(difference.base ?? "–") → \(difference.candidate ?? "–")"
      let name = TextLayout.left(Escaping.terminal(difference.what), margin)
      return TextLayout.wrapped(
        Escaping.terminal(values.prefix(showsAll ? 4000 : 400)), first: "  \(name)  ", width: width)
    }
    let more = all.count > shown.count ? ["  and \(all.count - shown.count) more (--all)"] : []
    return [style.paint("differs besides the kernel", .strong)] + lines + more
  }

  private func section(
    _ verdict: ComparisonClass, _ rows: [Comparison.Row], _ comparison: Comparison
  ) -> [String] {
    let paint: TerminalStyle.Paint =
      switch verdict {
      case .regression: .bad
      case .fixed, .newlySupported: .good
      default: .known
      }
    let heading = style.paint("\(ComparisonPhrases.heading(verdict)) (\(rows.count))", paint)
    if showsAll || ComparisonPhrases.tellsEach(verdict, rows.count) {
      let shown = showsAll ? rows : Array(rows.prefix(Self.mostRows))
      let more =
        rows.count > shown.count ? ["  and \(rows.count - shown.count) more (--all)"] : []
      return [heading] + shown.flatMap { row($0, comparison) } + more
    }
    return [heading] + groups(rows, comparison)
  }

  private func groups(_ rows: [Comparison.Row], _ comparison: Comparison) -> [String] {
    let groups = ComparisonPhrases.groups(rows)
    let lines = groups.prefix(Self.mostGroups).flatMap { group in
      TextLayout.wrapped(
        Escaping.terminal(group.text(in: comparison).prefix(1000)),
        first: "  \(TextLayout.right(String(group.rows.count), 5))  ", width: width)
    }
    let rest = groups.count - Self.mostGroups
    return lines + (rest > 0 ? ["  and \(rest) more groups (--all)"] : [])
  }

  private func row(_ row: Comparison.Row, _ comparison: Comparison) -> [String] {
    let title = Escaping.terminal(ComparisonPhrases.title(row.identity, in: comparison))
    var lines = ["  \(style.paint(title, .strong))  \(ComparisonPhrases.change(row))"]
    if let counts = ComparisonPhrases.counts(row) { lines += fact("repeats", counts) }
    lines += sides("expected", row.base?.result?.expected, row.candidate?.result?.expected)
    lines += sides("seen", row.base?.result?.seen, row.candidate?.result?.seen)
    lines += sides("reason", row.base?.result?.reason?.text, row.candidate?.result?.reason?.text)
    for (key, base, candidate) in ComparisonPhrases.evidence(row) {
      lines += fact("evidence", "\(key): \(base ?? "–") → \(candidate ?? "–")")
    }
    let old = Set(row.base?.result?.splats.map(\.fingerprint) ?? [])
    for splat in row.candidate?.result?.splats ?? [] where old.contains(splat.fingerprint) {
      lines += fact("splat", splat.title)
    }
    return lines + row.notes.flatMap { fact("note", $0) }
  }

  /// One line where the sides agree or only one says something, otherwise one for each.
  private func sides(_ what: String, _ base: String?, _ candidate: String?) -> [String] {
    if base == candidate { return base.map { fact(what, $0) } ?? [] }
    let before = base.map { fact(what, "base: \($0)") } ?? []
    let after = candidate.map { fact(what, base == nil ? $0 : "candidate: \($0)") } ?? []
    return before + after
  }

  private func fact(_ what: String, _ text: String) -> [String] {
    // Nobody reads a message of megabytes on a terminal.
    let line = Escaping.terminal(text.prefix(showsAll ? 4000 : 600))
    return TextLayout.wrapped(line, first: "    " + TextLayout.left(what, 10), width: width)
  }

  private func timing(_ comparison: Comparison) -> [String] {
    let lines = comparison.timing.prefix(showsAll ? Int.max : Self.mostRows).map { timing in
      let title = Escaping.terminal(ComparisonPhrases.title(timing.identity, in: comparison))
      let (low, high) = (timing.band.low, timing.band.high)
      return "  \(title)  \(timing.band.median) ms (\(low) to \(high) by chance) → "
        + "\(timing.candidateMilliseconds) ms"
    }
    let rest = comparison.timing.count - lines.count
    return [style.paint("took another time (\(comparison.timing.count))", .strong)] + lines
      + (rest > 0 ? ["  and \(rest) more (--all)"] : [])
  }

  private func ending(_ comparison: Comparison) -> [String] {
    guard comparison.isComparable else {
      let lines = comparison.obstacles.map { "  " + Escaping.terminal($0) }
      return [style.paint("NOTHING CAN BE CONCLUDED", .bad)] + lines
    }
    let word =
      comparison.count(.regression) > 0
      ? style.paint("REGRESSIONS", .bad) : style.paint("NO REGRESSION", .good)
    return [
      style.paint(ComparisonPhrases.usesTest(comparison) ? "\(Comparison.method)\n" : "", .quiet)
        + "\(word)  \(ComparisonPhrases.summary(comparison))"
    ]
  }
}
