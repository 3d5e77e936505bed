package import Results

/// The score of mutants for a person: what was killed by what, what survived, what each case is good
/// for.
package struct MutantReport: Sendable {
  package var style: TerminalStyle
  /// The width to keep lines to, in characters.
  package var width: Int

  package init(style: TerminalStyle = .plain, width: Int = 80) {
    self.style = style
    self.width = width
  }

  /// Writes the whole report.
  package func write(_ score: MutantScore, to output: inout some TextOutputStream) {
    let sections = [
      header(score), table(score), areas(score), cases(score), [verdict(score)],
    ]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    output.write(text.joined(separator: "\n\n") + "\n")
  }

  private func header(_ score: MutantScore) -> [String] {
    let base = score.base
    let origin = [base.origin, base.release].compactMap(\.self).joined(separator: ", ")
    return [
      ("base", "\(base.source) (\(origin))"), ("config", base.config.joined(separator: ", ")),
      ("machine", "\(base.machine), \(base.accelerator)"),
      ("built by", base.toolchain ?? "unknown"),
    ].map { style.paint(TextLayout.left($0, 8), .quiet) + "  " + Escaping.terminal($1) }
  }

  private func table(_ score: MutantScore) -> [String] {
    let names = score.results.map { Escaping.terminal($0.mutant) }
    let nameWidth = min(40, names.map(\.count).max() ?? 0)
    return zip(score.results, names).map { result, name in
      let room = max(24, width - nameWidth - 15)
      return "\(mark(result)) \(TextLayout.left(TextLayout.cut(name, nameWidth), nameWidth))  "
        + TextLayout.left(word(result), 9) + "  "
        + TextLayout.cut(Escaping.terminal(explanation(result)), room)
    }.map(TextLayout.withoutTrailingSpace)
  }

  private func mark(_ result: MutantResult) -> String {
    switch result.killed {
    case true: style.paint("✓", .good)
    case false: style.paint("✗", .bad)
    case nil: style.paint("!", .known)
    }
  }

  private func word(_ result: MutantResult) -> String {
    switch result.killed {
    case true: result.how?.rawValue ?? "killed"
    case false: "survived"
    case nil: "untested"
    }
  }

  /// The first cases that killed it, the rule that nothing watches, or the problem.
  private func explanation(_ result: MutantResult) -> String {
    switch result.killed {
    case true:
      let first = result.by.prefix(2).map { killer in
        let planned = PlannedCase(
          kernel: "", machine: "", suite: killer.suite, name: killer.name)
        return "\(HumanReport.title(planned)) \(killer.verdict.rawValue)"
      }
      let rest = result.by.count - first.count
      return (rest > 0 ? "\(result.by.count) cases: " : "") + first.joined(separator: ", ")
        + (rest > 0 ? ", …" : "")
    case false: return result.rule ?? ""
    case nil:
      return result.problem?.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
    }
  }

  private func areas(_ score: MutantScore) -> [String] {
    let areas = TextLayout.unique(score.results.map { $0.area ?? "no area" }).sorted()
    guard areas.count > 1 else { return [] }
    let names = areas.map { Escaping.terminal($0) }
    let nameWidth = names.map(\.count).max() ?? 0
    let lines = zip(areas, names).map { area, name in
      let results = score.results.filter { ($0.area ?? "no area") == area }
      let killed = results.count { $0.killed == true }
      let survived = results.count { $0.killed == false }
      let untested = results.count - killed - survived
      return "  " + TextLayout.left(name, nameWidth)
        + TextLayout.right("\(killed)/\(killed + survived)", 8)
        + (untested > 0 ? "  and \(untested) untested" : "")
    }
    return [style.paint("areas", .strong) + ", killed of tested"] + lines
  }

  private func cases(_ score: MutantScore) -> [String] {
    guard !score.cases.isEmpty else { return [] }
    let lines = score.cases.compactMap { planned -> String? in
      let alone = score.killsAlone(of: planned)
      guard !alone.isEmpty else { return nil }
      return "  " + Escaping.terminal("\(planned.name)  \(alone.joined(separator: ", "))")
    }
    let idle = score.cases.count { score.kills(of: $0).isEmpty }
    return
      (lines.isEmpty
      ? [] : [style.paint("cases", .strong) + " without which a mutant would survive"] + lines)
      + [
        "\(idle) of \(TextLayout.count(score.cases.count, "case")) kill no mutant; --format json has them all"
      ]
  }

  private func verdict(_ score: MutantScore) -> String {
    let counts =
      "\(score.killed) killed, \(score.survived) survived"
      + (score.untested > 0 ? ", \(score.untested) untested" : "")
    guard let value = score.score else { return style.paint("NO SCORE", .bad) + "  \(counts)" }
    let percent = "SCORE \(Self.percent(value))"
    return style.paint(percent, score.exitStatus == 0 ? .good : .bad) + "  \(counts)"
  }

  /// `93.2 %`; rounded down, so that only a full score reads 100.
  static func percent(_ value: Double) -> String {
    let tenths = Int((value * 1000).rounded(.down))
    return tenths % 10 == 0 ? "\(tenths / 10) %" : "\(tenths / 10).\(tenths % 10) %"
  }
}
