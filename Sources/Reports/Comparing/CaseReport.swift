package import Results

/// All that a run knows of one case.
package struct CaseReport: Sendable {
  private let style: TerminalStyle
  private let width: Int

  package init(style: TerminalStyle, width: Int) {
    self.style = style
    self.width = max(40, width)
  }

  package func write(_ results: [CaseResult], to output: inout some TextOutputStream) {
    let blocks = results.map { block($0).joined(separator: "\n") }
    output.write(blocks.joined(separator: "\n\n") + "\n")
  }

  private func block(_ result: CaseResult) -> [String] {
    let planned = result.planned
    let often = planned.repetition > 1 ? ", repetition \(planned.repetition)" : ""
    let title = "\(HumanReport.title(planned))  on \(planned.kernel), \(planned.machine)\(often)"
    let paint: TerminalStyle.Paint =
      result.isRed ? .bad : result.knownIssue == nil ? .good : .known
    let time = result.durationMilliseconds.map { "  " + TextLayout.time(milliseconds: $0) } ?? ""
    var lines = [
      style.paint(Escaping.terminal(title), .strong),
      "  \(style.paint(result.verdict.rawValue, paint))\(time)",
    ]
    lines += fact("reason", result.reason.map { "\($0.kind.rawValue): \($0.text)" })
    lines += fact("expected", result.expected)
    lines += fact("seen", result.seen)
    lines += fact("known", result.knownIssue)
    for (key, value) in result.evidence.sorted(by: { $0.key < $1.key }) {
      lines += fact("evidence", "\(key): \(value)")
    }
    for step in result.steps { lines += fact("step", step) }
    for splat in result.splats {
      lines += fact("splat", splat.title + (splat.count > 1 ? " (\(splat.count) times)" : ""))
      lines += fact("print", splat.fingerprint)
      let text = splat.frames.isEmpty ? splat.text : splat.frames.joined(separator: "\n")
      lines += Escaping.lines(text).split(separator: "\n").map { "      \($0)" }
    }
    return lines
  }

  private func fact(_ what: String, _ text: String?) -> [String] {
    guard let text else { return [] }
    // Nobody reads a message of megabytes on a terminal.
    let line = Escaping.terminal(text.prefix(8000))
    return TextLayout.wrapped(line, first: "  " + TextLayout.left(what, 10), width: width)
  }
}
