package import Results

/// What was found, as a text that can be pasted into a reply on the list: plain ASCII, 72 columns.
///
/// It promises nothing in anybody's name: a `Tested-by:` or `Reported-by:` line stands there only
/// for a tester who asked for it.
package struct CheckReply: Sendable {
  /// The series as it was given on the command line.
  package var series: String
  /// "Name <address>" for a trailer; nil for none.
  package var tester: String?

  private static let width = 72
  /// More lines or names of one kind than this are counted.
  private static let maximumLines = 6

  package init(series: String, tester: String? = nil) {
    self.series = series
    self.tester = tester
  }

  /// Writes the reply.
  package func write(_ check: SeriesCheck, to output: inout some TextOutputStream) {
    let outcomes = PatchOutcome.all(of: check)
    let sections =
      [opening(check), setting(check), results(check, outcomes)]
      + outcomes.filter { hasDetails($0) }.map { details($0, check) } + [trailer(check)]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    output.write(text.joined(separator: "\n\n") + "\n")
  }

  private func opening(_ check: SeriesCheck) -> [String] {
    let text =
      switch check.exitStatus {
      case 0: "I tested this series with faultline and found no regressions."
      case 1: "I tested this series with faultline, and it finds problems:"
      default: "I could not test this series: the base does not build or boot."
      }
    return [text]
  }

  private func setting(_ check: SeriesCheck) -> [String] {
    let base = check.base
    let origin = [base.origin, base.release].compactMap(\.self).joined(separator: ", ")
    let facts = [
      ("base", "\(base.source) (\(origin))"), ("config", base.config.joined(separator: ", ")),
      ("machine", "\(base.machine), \(base.accelerator)"),
      ("compiler", base.toolchain ?? "unknown"),
    ]
    let words = CheckCommand(program: "faultline", series: series, base: base)
      .words(strategy: base.strategy)
    return facts.flatMap { fact($0.0, $0.1, indent: 2) } + command("command", words, indent: 2)
  }

  private func results(_ check: SeriesCheck, _ outcomes: [PatchOutcome]) -> [String] {
    outcomes.flatMap { outcome in
      TextLayout.wrapped(
        Escaping.mail(outcome.patch.subject), first: "  [\(outcome.number)] ", width: Self.width)
        + TextLayout.wrapped(
          Escaping.mail(outcome.summary), first: "      ", width: Self.width)
    }
  }

  private func trailer(_ check: SeriesCheck) -> [String] {
    guard let tester, check.exitStatus < 2 else { return [] }
    return ["\(check.exitStatus == 0 ? "Tested-by" : "Reported-by"): \(Escaping.mail(tester))"]
  }
}

/// What one patch does.
extension CheckReply {
  private func hasDetails(_ outcome: PatchOutcome) -> Bool {
    outcome.isToBlame || !outcome.patch.kernel.warnings.isEmpty || !outcome.patch.fixed.isEmpty
  }

  /// The harm and the good that one patch does, spelled out.
  func details(_ outcome: PatchOutcome, _ check: SeriesCheck) -> [String] {
    let head = TextLayout.wrapped(
      Escaping.mail(outcome.patch.subject), first: "[\(outcome.number)] ", width: Self.width)
    let kernel = outcome.patch.kernel
    let warnings = kernel.warnings.prefix(Self.maximumLines).flatMap {
      fact("warning", $0, indent: 2)
    }
    let splats = kernel.splats.prefix(Self.maximumLines).flatMap {
      fact("kernel", $0.title, indent: 2)
    }
    return head + problem(outcome) + warnings + splats + regressions(outcome, check)
      + listed("fixed", outcome.patch.fixed) + listed("flaky", outcome.patch.unconfirmed)
  }

  /// Changes that need no more than a line each.
  private func listed(_ label: String, _ changes: [PatchCheck.Change]) -> [String] {
    let lines = changes.prefix(Self.maximumLines).flatMap { change in
      fact(
        label,
        "\(ChangeGroup.title(change)): \(change.from.rawValue) -> \(change.to.rawValue), "
          + "fails \(ChangeGroup.counts(change))", indent: 2)
    }
    let rest = changes.count - Self.maximumLines
    return lines + (rest > 0 ? fact(label, "and \(rest) more", indent: 2) : [])
  }

  private func problem(_ outcome: PatchOutcome) -> [String] {
    guard let step = outcome.broken else { return [] }
    let lines = (outcome.patch.kernel.problem ?? "").split(whereSeparator: \.isNewline)
    return ["  does not \(step.rawValue)" + (lines.isEmpty ? "" : ":")]
      + lines.prefix(Self.maximumLines).flatMap {
        TextLayout.wrapped(Escaping.mail($0), first: "    ", width: Self.width)
      }
  }

  private func regressions(_ outcome: PatchOutcome, _ check: SeriesCheck) -> [String] {
    let groups = ChangeGroup.groups(outcome.patch.introduced)
    guard !groups.isEmpty else { return [] }
    let lines = groups.prefix(Self.maximumLines).flatMap { group in
      let change = group.change
      return TextLayout.wrapped(
        Escaping.mail("\(group.title): \(change.from.rawValue) -> \(change.to.rawValue)"),
        first: "  ", width: Self.width)
        + group.facts.flatMap { fact($0.label, $0.text, indent: 4) } + also(group)
    }
    let rest = groups.dropFirst(Self.maximumLines).map { 1 + $0.others.count }.reduce(0, +)
    let cases = outcome.patch.introduced.map { ($0.suite, $0.name) }
    let words = CheckCommand(program: "faultline", series: series, base: check.base)
      .words(strategy: "every", cases: cases)
    return lines + (rest > 0 ? ["  and \(TextLayout.count(rest, "case")) more"] : [])
      + ["  to reproduce:"] + command("", words, indent: 4)
  }

  private func also(_ group: ChangeGroup) -> [String] {
    guard !group.others.isEmpty else { return [] }
    let rest = group.others.count - Self.maximumLines
    let names = group.others.prefix(Self.maximumLines).joined(separator: ", ")
    return fact("also", names + (rest > 0 ? ", and \(rest) more" : ""), indent: 4)
  }

  private func fact(_ label: String, _ text: String, indent: Int) -> [String] {
    let first = String(repeating: " ", count: indent) + TextLayout.left(label, 8) + "  "
    return TextLayout.wrapped(Escaping.mail(text), first: first, width: Self.width)
  }

  /// A command in lines that a shell reads as one.
  private func command(_ label: String, _ words: [String], indent: Int) -> [String] {
    let blank = String(repeating: " ", count: indent)
    let first = label.isEmpty ? blank : blank + TextLayout.left(label, 8) + "  "
    return TextLayout.command(words.map { Escaping.mail($0) }, first: first, width: Self.width)
  }
}
