import Results

/// The table of suites × kernels at the end of a run.
///
/// A cell counts what passed, then what did not: `11 ✗2 ~1 -3` is eleven passed, two red, one
/// explained by a known issue and three skipped.
struct ResultTable {
  let grid: RunGrid
  let style: TerminalStyle
  /// The width to keep to, in characters; kernels that do not fit go into further tables below.
  let width: Int

  /// All lines, and what the marks mean.
  func lines() -> [String] {
    let first = (grid.suiteNames + ["total"]).map { Escaping.terminal($0).count }.max() ?? 0
    var blocks: [[RunGrid.Kernel]] = [[]]
    var used = first
    for kernel in grid.kernels {
      let needed = columnWidth(kernel) + 3
      if used + needed > width, !blocks[blocks.count - 1].isEmpty {
        blocks.append([])
        used = first
      }
      blocks[blocks.count - 1].append(kernel)
      used += needed
    }
    let tables = blocks.map { table(of: $0, firstWidth: first) }
    return Array(tables.joined(separator: [""])) + [legend].compactMap { $0 }
  }

  private func table(of kernels: [RunGrid.Kernel], firstWidth: Int) -> [String] {
    let widths = kernels.map(columnWidth)
    let header = zip(kernels, widths).map { kernel, width in
      style.paint(TextLayout.left(Escaping.terminal(kernel.name), width), .strong)
    }
    var lines = [TextLayout.left("", firstWidth) + "   " + header.joined(separator: "   ")]
    for suite in grid.suiteNames {
      let cells = zip(kernels, widths).map { kernel, width in
        padded(kernel.suite(suite).map(cell) ?? Cell(text: "", painted: ""), width)
      }
      let name = TextLayout.left(Escaping.terminal(suite), firstWidth)
      lines.append(name + "   " + cells.joined(separator: "   "))
    }
    if grid.suiteNames.count > 2 {
      let totals = zip(kernels, widths).map { padded(total($0), $1) }
      lines.append(TextLayout.left("total", firstWidth) + "   " + totals.joined(separator: "   "))
    }
    return lines.map(TextLayout.withoutTrailingSpace)
  }

  private struct Cell {
    let text: String
    let painted: String
  }

  private func padded(_ cell: Cell, _ width: Int) -> String {
    cell.painted + String(repeating: " ", count: max(0, width - cell.text.count))
  }

  private func columnWidth(_ kernel: RunGrid.Kernel) -> Int {
    let cells = kernel.suites.map { cell($0).text.count } + [total(kernel).text.count]
    return max(Escaping.terminal(kernel.name).count, cells.max() ?? 0)
  }

  private func cell(_ suite: RunGrid.Suite) -> Cell {
    guard suite.name == "boot", suite.results.count == 1, let boot = suite.results.first else {
      return counts(suite.results)
    }
    if boot.verdict == .pass, let time = boot.durationMilliseconds {
      let text = TextLayout.time(milliseconds: time)
      return Cell(text: text, painted: text)
    }
    let mark = boot.knownIssue == nil ? "✗ " : "~ "
    let text = (boot.verdict.isRed ? mark : "") + boot.verdict.rawValue
    return Cell(text: text, painted: style.paint(text, boot.isRed ? .bad : .known))
  }

  private func total(_ kernel: RunGrid.Kernel) -> Cell {
    counts(kernel.suites.filter { $0.name != "boot" }.flatMap(\.results))
  }

  private func counts(_ results: [CaseResult]) -> Cell {
    let tally = Tally(results)
    var parts = [(String(tally.passed), TerminalStyle.Paint?.none)]
    if tally.red > 0 { parts.append(("✗\(tally.red)", .bad)) }
    if tally.known > 0 { parts.append(("~\(tally.known)", .known)) }
    if tally.skipped > 0 { parts.append(("-\(tally.skipped)", .quiet)) }
    return Cell(
      text: parts.map(\.0).joined(separator: " "),
      painted: parts.map { text, paint in paint.map { style.paint(text, $0) } ?? text }
        .joined(separator: " "))
  }

  private var legend: String? {
    let all = Tally(grid.kernels.flatMap { $0.suites.flatMap(\.results) })
    let marks = [
      all.red > 0 ? "✗ red" : nil, all.known > 0 ? "~ known issue" : nil,
      all.skipped > 0 ? "- skipped" : nil,
    ].compactMap { $0 }
    guard !marks.isEmpty else { return nil }
    return style.paint("  (passed, " + marks.joined(separator: ", ") + ")", .quiet)
  }
}
