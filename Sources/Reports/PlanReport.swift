internal import GuestProtocol
internal import Results

/// A plan before it runs, for a person: `faultline run --dry-run`.
package struct PlanReport: Sendable {
  package var style: TerminalStyle
  /// The width to keep tables to, in characters.
  package var width: Int
  /// How long the run may take, in words; nil for no bound.
  package var deadline: String?

  package init(style: TerminalStyle = .plain, width: Int = 80, deadline: String? = nil) {
    self.style = style
    self.width = width
    self.deadline = deadline
  }

  /// Writes the grid, what is left out and why, and the sum.
  package func write(_ grid: PlanGrid, to output: inout some TextOutputStream) {
    let sections = [tables(grid), excluded(grid), [sum(grid)]]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    output.write(text.joined(separator: "\n\n") + "\n")
  }

  /// Suites × kernels, a table for each machine; columns that do not fit go into further tables below.
  private func tables(_ grid: PlanGrid) -> [String] {
    let first = (grid.suites + grid.columns.map(\.machine)).map(\.count).max() ?? 0
    var blocks: [[PlanGrid.Column]] = []
    var used = 0
    for column in grid.columns {
      let needed = Escaping.terminal(column.kernel).count + 3
      if blocks.last?.first?.machine != column.machine || used + needed > width {
        blocks.append([])
        used = first
      }
      blocks[blocks.count - 1].append(column)
      used += needed
    }
    return Array(blocks.map { table($0, grid.suites, first) }.joined(separator: [""]))
  }

  private func table(
    _ columns: [PlanGrid.Column], _ suites: [String], _ first: Int
  ) -> [String] {
    let names = columns.map { Escaping.terminal($0.kernel) }
    let header = names.map { style.paint($0, .strong) }.joined(separator: "   ")
    let rows = suites.enumerated().map { index, suite in
      let cells = zip(columns, names).map { column, name in
        let count = column.counts[index]
        return TextLayout.right(count == 0 ? "-" : String(count), name.count)
      }
      return TextLayout.left(Escaping.terminal(suite), first) + "   "
        + cells.joined(separator: "   ")
    }
    let machine = TextLayout.left(columns.first?.machine ?? "", first)
    return [style.paint(machine, .strong) + "   " + header] + rows
  }

  /// Writes only what is left out and why; nothing when nothing is.
  package func writeExclusions(_ grid: PlanGrid, to output: inout some TextOutputStream) {
    for line in excluded(grid) { output.write(line + "\n") }
  }

  private func excluded(_ grid: PlanGrid) -> [String] {
    guard !grid.excluded.isEmpty else { return [] }
    let lines = grid.excluded.map { rule, count in
      let parts = [
        ("kernel", rule.kernel), ("machine", rule.machine), ("suite", rule.suite),
        ("case", rule.name),
      ].compactMap { label, glob in glob.map { "\(label) \($0.pattern)" } }
      let text = "\(rule.reason)  (\(parts.joined(separator: ", ")))"
      return "  \(TextLayout.right(String(count), 4))  " + Escaping.terminal(text)
    }
    return [style.paint("excluded", .strong)] + lines
  }

  private func sum(_ grid: PlanGrid) -> String {
    let (guests, cases) = grid.totals
    let times = grid.repetitions > 1 ? ", each \(grid.repetitions) times" : ""
    let bound = deadline.map { ", within \($0)" } ?? ""
    return "\(TextLayout.count(cases, "case")) in \(TextLayout.count(guests, "guest")) or more"
      + times + bound
  }
}
