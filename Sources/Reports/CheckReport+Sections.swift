import Results

/// What each patch does, spelled out.
extension CheckReport {
  /// More cases or lines of one kind than this are counted.
  private static let maximumLines = 12

  /// Kernels that could not be tested; those that fail along with an earlier one in one line.
  func problems(_ check: SeriesCheck, _ outcomes: [PatchOutcome]) -> [String] {
    var lines: [String] = []
    let base = check.base.kernel
    if base.builds == false || base.boots == false {
      let what = base.builds == false ? "build" : "boot"
      lines.append(cross("the base does not \(what), so nothing can be said of the patches"))
      lines += excerpt(base.problem)
    }
    for outcome in outcomes where outcome.broken != nil && outcome.culprit == nil {
      let step = outcome.broken?.rawValue ?? ""
      lines.append(cross("\(title(outcome)) does not \(step)"))
      lines += excerpt(outcome.patch.kernel.problem)
      let followers = outcomes.filter { $0.culprit == outcome.patch.index }
      if !followers.isEmpty {
        let numbers = followers.map { String($0.patch.index) }.joined(separator: ", ")
        let what = step == "apply" ? "are not applied" : "do not \(step) either"
        lines.append("    patches behind it that \(what): \(numbers)")
      }
    }
    return lines
  }

  func broken(_ outcomes: [PatchOutcome]) -> [String] {
    let lines = outcomes.filter { !$0.patch.introduced.isEmpty }.flatMap { outcome in
      [heading("\(title(outcome)) breaks:")]
        + ChangeGroup.groups(outcome.patch.introduced).flatMap { spelled($0, mark: "✗", .bad) }
        + [""]
    }
    return lines.dropLast()
  }

  func fixed(_ outcomes: [PatchOutcome]) -> [String] {
    let lines = outcomes.filter { !$0.patch.fixed.isEmpty }.flatMap { outcome in
      [heading("\(title(outcome)) fixes:")]
        + outcome.patch.fixed.prefix(Self.maximumLines).map {
          short($0, mark: "✓", .good) + "  (\(ChangeGroup.counts($0)))"
        }
        + more(outcome.patch.fixed.count)
    }
    return lines
  }

  func unconfirmed(_ outcomes: [PatchOutcome]) -> [String] {
    let flaky = outcomes.filter { !$0.patch.unconfirmed.isEmpty }
    guard !flaky.isEmpty else { return [] }
    return [heading("flaky") + ", seen once and not confirmed by repeats; not counted"]
      + flaky.flatMap { outcome in
        outcome.patch.unconfirmed.prefix(Self.maximumLines).map {
          short($0, mark: "~", .known)
            + "  (patch \(outcome.number): \(ChangeGroup.counts($0)))"
        } + more(outcome.patch.unconfirmed.count)
      }
  }

  /// New warnings of the compiler and new splats.
  func complaints(_ outcomes: [PatchOutcome]) -> [String] {
    outcomes.flatMap { outcome -> [String] in
      let kernel = outcome.patch.kernel
      return listed("new compiler warnings", kernel.warnings, outcome)
        + listed("new complaints of the kernel", kernel.splats.map(\.title), outcome)
    }
  }

  private func listed(_ what: String, _ texts: [String], _ outcome: PatchOutcome) -> [String] {
    guard !texts.isEmpty else { return [] }
    let shown = texts.prefix(Self.maximumLines).map { "    " + Escaping.terminal($0) }
    return [heading("\(title(outcome)): \(what)")] + shown + more(texts.count)
  }

  func notes(_ check: SeriesCheck) -> [String] {
    check.notes.isEmpty
      ? [] : [heading("notes")] + check.notes.map { "  " + Escaping.terminal($0) }
  }

  /// Where everything is, what to type next, and the verdict in one line.
  func ending(_ check: SeriesCheck) -> [String] {
    var lines: [String] = []
    if let file { lines.append(label("results") + Escaping.terminal(file)) }
    let command = CheckCommand(program: program, series: series, base: check.base)
    let changed = check.patches.flatMap { $0.introduced + $0.unconfirmed }
    if !changed.isEmpty || (check.base.strategy != "every" && check.exitStatus == 0) {
      let words = command.words(
        strategy: "every", cases: changed.map { ($0.suite, $0.name) })
      lines.append(label("next") + words.joined(separator: " "))
    }
    return lines + (lines.isEmpty ? [] : [""]) + [verdict(check)]
  }

  private func verdict(_ check: SeriesCheck) -> String {
    let outcomes = PatchOutcome.all(of: check)
    let blamed = outcomes.filter(\.isToBlame).map { String($0.patch.index) }
    let patches = TextLayout.count(check.patches.count, "patch").replacing(
      "patchs", with: "patches")
    switch check.exitStatus {
    case 0: return style.paint("CLEAN", .good) + "  \(patches)"
    case 1:
      let noun = blamed.count == 1 ? "patch" : "patches"
      return style.paint("BROKEN", .bad) + "  \(harm(outcomes)); to blame: \(noun)"
        + " \(blamed.joined(separator: ", ")) of \(check.patches.count)"
    default: return style.paint("NOT TESTED", .bad) + "  the base does not come up"
    }
  }
}

/// The pieces of a line.
extension CheckReport {
  /// `4 regressions, 1 does not build`.
  private func harm(_ outcomes: [PatchOutcome]) -> String {
    let changes = outcomes.map(\.patch.introduced.count).reduce(0, +)
    let splats = outcomes.map(\.patch.kernel.splats.count).reduce(0, +)
    let steps = PatchOutcome.Step.allCases.compactMap { step -> String? in
      let count = outcomes.count { $0.broken == step && $0.culprit == nil }
      return count == 0 ? nil : "\(count) \(count == 1 ? "does" : "do") not \(step.rawValue)"
    }
    let counted = [(changes, "regression"), (splats, "new splat")].filter { $0.0 > 0 }
      .map { TextLayout.count($0.0, $0.1) }
    return (counted + steps).joined(separator: ", ")
  }

  /// `patch 4/12 «subject»`.
  private func title(_ outcome: PatchOutcome) -> String {
    "patch \(outcome.number) «\(Escaping.terminal(outcome.patch.subject))»"
  }

  private func cross(_ text: String) -> String { style.paint("✗", .bad) + " " + heading(text) }

  private func spelled(
    _ group: ChangeGroup, mark: String, _ paint: TerminalStyle.Paint
  ) -> [String] {
    var lines = [short(group.change, mark: mark, paint)]
    lines += group.facts.map { "      " + label($0.label) + Escaping.terminal($0.text) }
    if !group.others.isEmpty {
      let names = group.others.prefix(Self.maximumLines).joined(separator: ", ")
      let rest = group.others.count - Self.maximumLines
      lines.append(
        "      " + label("also") + Escaping.terminal(names) + (rest > 0 ? ", and \(rest) more" : "")
      )
    }
    return lines
  }

  private func short(
    _ change: PatchCheck.Change, mark: String, _ paint: TerminalStyle.Paint
  ) -> String {
    let name = style.paint(Escaping.terminal(ChangeGroup.title(change)), .strong)
    let verdicts = "\(change.from.rawValue) → \(style.paint(change.to.rawValue, paint))"
    return "  \(style.paint(mark, paint)) \(name)  \(verdicts)"
  }

  private func more(_ count: Int) -> [String] {
    count > Self.maximumLines ? ["    and \(count - Self.maximumLines) more"] : []
  }

  /// The first lines of a problem.
  private func excerpt(_ problem: String?) -> [String] {
    let lines = (problem ?? "").split(whereSeparator: \.isNewline)
    return lines.prefix(Self.maximumLines).map { "    " + Escaping.terminal($0) }
      + more(lines.count)
  }
}
