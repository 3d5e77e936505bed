package import Results

/// The end of a check for a person: the patches, the grid, what each patch breaks and mends, and a
/// text for the list.
package struct CheckReport: Sendable {
  package var style: TerminalStyle
  /// The width to keep tables to, in characters.
  package var width: Int
  /// How this program is called, for the next command.
  package var program: String
  /// The series as it was given on the command line.
  package var series: String
  /// Where check.json is kept; nil when nothing was kept.
  package var file: String?
  /// The reply that stands at the end; nil for none.
  package var reply: CheckReply?

  package init(
    style: TerminalStyle = .plain, width: Int = 80, program: String = "faultline",
    series: String, file: String? = nil, reply: CheckReply? = nil
  ) {
    self.style = style
    self.width = width
    self.program = program
    self.series = series
    self.file = file
    self.reply = reply
  }

  /// Writes the whole report.
  package func write(_ check: SeriesCheck, to output: inout some TextOutputStream) {
    let outcomes = PatchOutcome.all(of: check)
    let sections = [
      header(check), PatchTable(check: check, style: style, width: width).lines(),
      grid(check), problems(check, outcomes), broken(outcomes), fixed(outcomes),
      unconfirmed(outcomes), complaints(outcomes), notes(check), ending(check),
    ]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    output.write(text.joined(separator: "\n\n") + "\n")
    guard let reply else { return }
    output.write("\n" + style.paint("-- 8< -- a reply for the list -- 8< --", .quiet) + "\n")
    reply.write(check, to: &output)
    output.write(style.paint("-- >8 --", .quiet) + "\n")
  }

  func heading(_ text: String) -> String { style.paint(text, .strong) }

  private func header(_ check: SeriesCheck) -> [String] {
    let base = check.base
    return [
      (
        "base",
        base.source + " ("
          + [base.origin, base.release].compactMap(\.self)
          .joined(separator: ", ") + ")"
      ),
      ("config", base.config.joined(separator: ", ")),
      ("machine", "\(base.machine), \(base.accelerator)"),
      ("built by", base.toolchain ?? "unknown"), ("strategy", base.strategy),
    ].map { label($0) + Escaping.terminal($1) }
  }

  private func grid(_ check: SeriesCheck) -> [String] {
    CheckGrid(check: check, style: style, width: width).lines()
  }

  func label(_ text: String, _ width: Int = 8) -> String {
    style.paint(TextLayout.left(text, width), .quiet) + "  "
  }
}
