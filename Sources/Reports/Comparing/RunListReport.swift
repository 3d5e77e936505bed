package import Results

/// The runs of the history, one a line.
package struct RunListReport: Sendable {
  private let style: TerminalStyle

  package init(style: TerminalStyle) {
    self.style = style
  }

  package func write(_ runs: [RunListing], to output: inout some TextOutputStream) {
    let rows = runs.map { run in
      [
        Escaping.terminal(run.run), Escaping.terminal(run.started ?? "–"),
        String(run.results), run.red == 0 ? "–" : String(run.red),
        run.elapsedMilliseconds.map { TextLayout.time(milliseconds: $0) } ?? "–",
        Escaping.terminal(
          run.kernels.joined(separator: " ")
            + (run.machines == ["default"] ? "" : " on \(run.machines.joined(separator: " "))")),
      ]
    }
    let table = [["run", "began", "results", "red", "took", "kernels"]] + rows
    let widths = (0..<6).map { column in table.map { $0[column].count }.max() ?? 0 }
    for (index, cells) in table.enumerated() {
      let padded = cells.enumerated().map { column, cell in
        let text =
          (2...3).contains(column)
          ? TextLayout.right(cell, widths[column]) : TextLayout.left(cell, widths[column])
        if index == 0 { return style.paint(text, .quiet) }
        return column == 3 && runs[index - 1].red > 0 ? style.paint(text, .bad) : text
      }
      output.write(TextLayout.withoutTrailingSpace(padded.joined(separator: "  ")) + "\n")
    }
  }
}
