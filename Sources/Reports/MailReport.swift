package import Results

/// A run as a short mail: plain ASCII in 72 columns behind a subject, what is red first.
package struct MailReport: Sendable {
  package var knownIssues: KnownIssues
  package var trailer: Trailer

  private static let width = 72
  /// More failures or issues than this are counted.
  private static let maximumEntries = 12

  package init(knownIssues: KnownIssues = KnownIssues(), trailer: Trailer = Trailer()) {
    self.knownIssues = knownIssues
    self.trailer = trailer
  }

  /// Writes subject, empty line and text.
  package func write(_ run: Run, to output: inout some TextOutputStream) {
    let digest = RunDigest(run, knownIssues: knownIssues)
    let sections = [
      wrapped(digest.sentence), kernels(digest),
      Array(
        digest.failures.prefix(Self.maximumEntries).map { failure($0, run) }.joined(separator: [""])
      ),
      more(digest.failures.count, "other failure", "other failures"), known(digest), ending(run),
    ]
    output.write("Subject: \(CaseWords.cut(Escaping.mail("faultline: \(digest.title)"), 200))\n\n")
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    output.write(text.joined(separator: "\n\n") + "\n")
  }

  private func wrapped(_ text: String, first: String = "") -> [String] {
    TextLayout.wrapped(Escaping.mail(text), first: first, width: Self.width)
  }

  private func kernels(_ digest: RunDigest) -> [String] {
    digest.kernels.flatMap { kernel in
      let release = kernel.release.map { " (\($0))" } ?? ""
      let boot =
        kernel.bootMilliseconds.map { "up in \(TextLayout.time(milliseconds: $0))" }
        ?? "did not come up"
      return wrapped(CaseWords.cut(kernel.name, 200) + release, first: "  ")
        + wrapped("\(RunDigest.counts(kernel.tally)); \(boot)", first: "    ")
    }
  }

  private func failure(_ failure: RunDigest.Failure, _ run: Run) -> [String] {
    let entry = failure.entry
    let result = entry.result
    let head = "\(result.verdict.rawValue.uppercased()) \(RunDigest.name(entry))"
    let facts = CaseWords.facts(result, knownIssues: knownIssues).filter { $0.label != "evidence" }
    return wrapped(CaseWords.cut(head, 300))
      + fact("on", CaseWords.cut(entry.places.joined(separator: ", "), 600))
      + facts.prefix(6).flatMap { fact($0.label, CaseWords.cut($0.text, 600)) }
      + steps(result) + also(failure) + again(entry, run)
  }

  /// Its last steps, in the test's words.
  private func steps(_ result: CaseResult) -> [String] {
    guard result.verdict == .fail, !result.steps.isEmpty else { return [] }
    let last = result.steps.suffix(HumanReport.shownSteps).map { CaseWords.cut($0, 200) }
    return fact(
      "steps", (result.steps.count > last.count ? "... " : "") + last.joined(separator: " > "))
  }

  private func also(_ failure: RunDigest.Failure) -> [String] {
    guard !failure.others.isEmpty else { return [] }
    return fact("also", CaseWords.cut(RunDigest.list(failure.others, most: 6), 600))
  }

  private func again(_ entry: FailureList.Entry, _ run: Run) -> [String] {
    guard entry.result.verdict != .missing else { return [] }
    let words = RerunCommand(program: "faultline").words(for: entry.result, in: run)
    return TextLayout.command(
      words.map { CaseWords.cut(Escaping.mail($0), 300) }, first: "  again     ", width: Self.width)
  }

  private func fact(_ label: String, _ text: String) -> [String] {
    wrapped(text, first: "  " + TextLayout.left(CaseWords.cut(label, 20), 8) + "  ")
  }

  private func known(_ digest: RunDigest) -> [String] {
    guard !digest.known.isEmpty else { return [] }
    let total = digest.known.map(\.count).reduce(0, +)
    let most = digest.known.sorted { $0.count > $1.count }
      .map { "\(CaseWords.cut($0.id, 60)) (\($0.count))" }
    return wrapped(
      "\(TextLayout.count(total, "result")) explained by "
        + "\(TextLayout.count(digest.known.count, "known issue")): "
        + RunDigest.list(most, most: 8) + ".")
  }

  private func more(_ count: Int, _ one: String, _ many: String) -> [String] {
    let rest = count - Self.maximumEntries
    return rest > 0 ? ["and \(rest) \(rest == 1 ? one : many)"] : []
  }

  private func ending(_ run: Run) -> [String] {
    let lines = ["run \(CaseWords.cut(run.id, 100))"] + [run.started].compactMap(\.self)
    let line = trailer.line(for: run).map { ["", Escaping.mail($0)] } ?? []
    return wrapped(lines.joined(separator: ", ")) + line
  }
}
