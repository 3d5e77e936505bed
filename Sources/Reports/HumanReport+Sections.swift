import Results

/// What was skipped, what is known, and what to do next.
extension HumanReport {
  /// Skips by reason: one line each, with the kernels and suites it hit.
  func skipped(_ run: Run) -> [String] {
    let skips = run.results.filter { $0.verdict == .skip }
    guard !skips.isEmpty else { return [] }
    let machines = TextLayout.unique(run.results.map(\.planned.machine)).count
    let kernelCount = RunGrid(run).kernels.count
    let reasons = TextLayout.unique(skips.map(\.reason))
    let groups = reasons.map { reason in (reason, skips.filter { $0.reason == reason }) }
      .sorted { $0.1.count > $1.1.count }
    let lines = groups.map { reason, results in
      let kernels = TextLayout.unique(
        results.map { RunGrid.name($0.planned, machines: machines) })
      let place =
        kernels.count == kernelCount && kernelCount > 1
        ? "all kernels" : kernels.joined(separator: ", ")
      let text = reason.map { "\($0.kind.rawValue): \($0.text)" } ?? "no reason given"
      return "  \(TextLayout.right(String(results.count), 4))  "
        + Escaping.terminal("\(text)  (\(place))")
    }
    return [heading("skipped")] + lines
  }

  /// Known issues that explained something: one line each.
  func known(_ run: Run) -> [String] {
    let ids = TextLayout.unique(run.results.compactMap(\.knownIssue))
    guard !ids.isEmpty else { return [] }
    let machines = TextLayout.unique(run.results.map(\.planned.machine)).count
    let lines = ids.map { id in
      let results = run.results.filter { $0.knownIssue == id }
      let kernels = TextLayout.unique(
        results.map { RunGrid.name($0.planned, machines: machines) })
      let issue = knownIssues.issues.first { $0.id == id }
      let fix = issue.map { $0.fix == "open" ? "; open" : "; fixed by \($0.fix)" } ?? ""
      let text =
        "\(id)  (\(kernels.joined(separator: ", ")))  \((issue?.reason ?? "") + fix)"
      return "  \(TextLayout.right(String(results.count), 4))  " + Escaping.terminal(text)
    }
    return [heading("known issues") + ", not counted as red"] + lines
  }

  /// Known issues that are wrong by now.
  func newsLines(_ run: Run) -> [String] {
    let machines = TextLayout.unique(run.results.map(\.planned.machine)).count
    let passes = news.unexpectedlyPassing.map { pass in
      let place = RunGrid.name(pass.planned, machines: machines)
      return "  + \(Self.title(pass.planned)) passes on \(place),"
        + " where \(pass.issue.id) says that it fails"
    }
    let expired = news.expired.map {
      "  ! \($0.id) expired on \($0.expires) and excuses nothing any more: \($0.link)"
    }
    guard !(passes + expired).isEmpty else { return [] }
    return [heading("news about known issues")] + (passes + expired).map { Escaping.terminal($0) }
  }

  /// More slow or flaky cases than this are only counted.
  private static let shownRemarks = 10

  /// Cases that needed much of their deadline, the slowest first.
  func slow(_ run: Run) -> [String] {
    let cases = slowCases(run)
    guard !cases.isEmpty else { return [] }
    let machines = TextLayout.unique(run.results.map(\.planned.machine)).count
    let lines = cases.prefix(Self.shownRemarks).map { result, deadline in
      let place = RunGrid.name(result.planned, machines: machines)
      return Escaping.terminal(
        "  \(pace.words(result, deadline))  \(Self.title(result.planned))  (\(place))")
    }
    let what = ", \(CasePace.slowPercent) % of their deadline or more"
    return [heading("slow") + what] + lines + more(cases.count)
  }

  /// Cases whose repetitions did not agree.
  func flaky(_ run: Run) -> [String] {
    let cases = FlakyCase.all(in: run)
    guard !cases.isEmpty else { return [] }
    let machines = TextLayout.unique(run.results.map(\.planned.machine)).count
    let lines = cases.prefix(Self.shownRemarks).map { flaky in
      let place = RunGrid.name(flaky.planned, machines: machines)
      return Escaping.terminal("  \(flaky.words)  \(Self.title(flaky.planned))  (\(place))")
    }
    return [heading("flaky") + ", repetitions that did not agree"] + lines + more(cases.count)
  }

  private func more(_ count: Int) -> [String] {
    count > Self.shownRemarks ? ["  … and \(count - Self.shownRemarks) more"] : []
  }

  private func slowCases(_ run: Run) -> [(result: CaseResult, deadline: Int)] {
    func share(_ item: (result: CaseResult, deadline: Int)) -> Double {
      Double(item.result.durationMilliseconds ?? 0) / Double(max(1, item.deadline))
    }
    return run.results.compactMap { result -> (result: CaseResult, deadline: Int)? in
      let guest = run.guests.first {
        $0.kernel == result.planned.kernel && $0.machine == result.planned.machine
      }
      let deadline = pace.slowDeadline(of: result, slowness: guest?.slowness ?? 100)
      return deadline.map { (result, $0) }
    }.sorted { share($0) > share($1) }
  }

  /// The verdict in one line, where everything is, and what to type next.
  func ending(_ run: Run) -> [String] {
    var lines = accelerators(run)
    if let directory { lines.append(label("results") + Escaping.terminal(directory)) }
    for (index, command) in next(run).enumerated() {
      lines.append(label(index == 0 ? "next" : "") + command)
    }
    return lines + (lines.isEmpty ? [] : [""]) + [verdict(run)]
  }

  /// What to type to run again what was red: the cases, or the run where there are many.
  private func next(_ run: Run) -> [String] {
    let commands = rerun.commands(for: run)
    let red = run.redResults
    let isMuch =
      commands.count > 1 || Set(red.map(\.planned.name)).count > RerunCommand.maximumNames
    guard isMuch, let directory, !red.contains(where: { foreign[$0.planned.suite] != nil }) else {
      return Array(commands.prefix(3))
    }
    // A kernel whose name is not what it was asked for by is not found by its name.
    let kernels = TextLayout.unique(red.map(\.planned.kernel))
    let words = kernels.map { kernelWords[$0] ?? $0 }
    let again = words == kernels ? [] : words.flatMap { ["--kernel", $0] }
    return [
      ([program, "run", "--rerun-failed", directory] + again + options)
        .map(Escaping.shellWord).joined(separator: " ")
    ]
  }

  private func label(_ text: String) -> String {
    style.paint(TextLayout.left(text, 8), .quiet) + "  "
  }

  private func accelerators(_ run: Run) -> [String] {
    let reasons = TextLayout.unique(
      run.guests.map { "\($0.accelerator.rawValue), \($0.acceleratorReason)" })
    return reasons.map { label("ran with") + Escaping.terminal($0) }
  }

  private func verdict(_ run: Run) -> String {
    let tally = Tally(run.results)
    let red = FailureList.severity.compactMap { verdict -> String? in
      let count = run.redResults.count { $0.verdict == verdict }
      return count == 0 ? nil : "\(count) \(verdict.rawValue)"
    }
    let counts =
      red + ["\(tally.passed) passed"]
      + (tally.known > 0 ? ["\(tally.known) known"] : [])
      + (tally.skipped > 0 ? ["\(tally.skipped) skipped"] : [])
      + remarks(run)
    let kernels = TextLayout.count(RunGrid(run).kernels.count, "kernel")
    let time = run.elapsedMilliseconds.map { " in \(TextLayout.time(milliseconds: $0))" } ?? ""
    let word = run.exitStatus == 0 ? style.paint("PASSED", .good) : style.paint("FAILED", .bad)
    return "\(word)  \(counts.joined(separator: ", "))  (\(kernels)\(time))"
  }

  private func remarks(_ run: Run) -> [String] {
    [(slowCases(run).count, "slow"), (FlakyCase.all(in: run).count, "flaky")]
      .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
  }
}
