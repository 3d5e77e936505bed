package import Results

/// The end of a run for a person: what is red and why, what is known, what was not tested, what to
/// type next.
package struct HumanReport: Sendable {
  /// How many steps of a failed case are shown; run.json has more.
  static let shownSteps = 5

  package var style: TerminalStyle
  /// The width to keep tables to, in characters.
  package var width: Int
  /// How this program is called, for the next command.
  package var program: String
  /// The options that run the programs that are not ours again, by the names of their suites.
  package var foreign: [String: [String]] = [:]
  /// What kernels were called on the command line, where their names are others.
  package var kernelWords: [String: String] = [:]
  /// The options of the run that a command to repeat a case must have, too.
  package var options: [String] = []
  /// What the known issues had to say.
  package var news: KnownIssues.News
  /// All known issues, for the reasons behind the ids.
  package var knownIssues: KnownIssues
  /// The run's directory; nil when nothing was kept.
  package var directory: String?
  /// Which cases are slow.
  package var pace = CasePace()
  /// Where the console of a case's guest is kept.
  package var console: @Sendable (PlannedCase) -> String?

  package init(
    style: TerminalStyle = .plain, width: Int = 80, program: String = "faultline",
    knownIssues: KnownIssues = KnownIssues(), news: KnownIssues.News = KnownIssues.News(),
    directory: String? = nil, console: @escaping @Sendable (PlannedCase) -> String? = { _ in nil }
  ) {
    self.style = style
    self.width = width
    self.program = program
    self.knownIssues = knownIssues
    self.news = news
    self.directory = directory
    self.console = console
  }

  /// Writes the whole report.
  package func write(_ run: Run, to output: inout some TextOutputStream) {
    let sections = [
      table(run), skipped(run), known(run), newsLines(run), slow(run), flaky(run), failures(run),
      ending(run),
    ]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    output.write(text.joined(separator: "\n\n") + "\n")
  }

  private func table(_ run: Run) -> [String] {
    ResultTable(grid: RunGrid(run), style: style, width: width).lines()
  }

  var rerun: RerunCommand {
    RerunCommand(program: program, foreign: foreign, kernelWords: kernelWords, options: options)
  }

  func heading(_ text: String) -> String { style.paint(text, .strong) }
}

/// What is red, spelled out.
extension HumanReport {
  private func failures(_ run: Run) -> [String] {
    FailureList(run).entries.flatMap { lines(of: $0, in: run) }.dropLast()
  }

  private func lines(of entry: FailureList.Entry, in run: Run) -> [String] {
    let result = entry.result
    let word = style.paint("✗ " + result.verdict.rawValue.uppercased(), .bad)
    let name = Self.title(result.planned)
    let places = Escaping.terminal(entry.places.joined(separator: ", "))
    if result.verdict == .missing {
      let suites = entry.suites
      let what =
        entry.caseCount == 1
        ? Escaping.terminal(name)
        : TextLayout.count(entry.caseCount, "case")
          + (suites.count == 1
            ? " of \(Escaping.terminal(suites[0]))" : " of \(suites.count) suites")
      return ["\(word)  \(what)  on \(places)"] + details([("", result.reason?.text)]) + [""]
    }
    let head = "\(word)  \(style.paint(Escaping.terminal(name), .strong))  on \(places)"
    let again = ("again", rerun.command(for: result, in: run))
    return [head] + details(facts(of: result) + [again]) + [""]
  }

  private func facts(of result: CaseResult) -> [(String, String?)] {
    let evidence = result.evidence.sorted { $0.key < $1.key }
      .map { "\($0.key)=\($0.value)" }.joined(separator: "  ")
    var facts: [(String, String?)] = [
      ("expected", result.expected), ("seen", result.seen),
    ]
    if result.reason?.kind != .splat { facts.append(("because", result.reason?.text)) }
    facts += result.splats.flatMap { splat in
      let times = splat.count > 1 ? " (\(splat.count) times)" : ""
      return [("kernel", splat.title + times)] + Self.trace(splat)
    }
    facts.append(("evidence", evidence.isEmpty ? nil : evidence))
    facts.append(("steps", Self.lastSteps(result.steps)))
    let isKernelsDoing = !result.splats.isEmpty || [.crash, .hang, .lost].contains(result.verdict)
    facts.append(
      ("console", isKernelsDoing || result.planned.isBoot ? console(result.planned) : nil))
    return facts
  }

  /// The last things a case did, the one that went wrong at the end.
  private static func lastSteps(_ steps: [String]) -> String? {
    guard !steps.isEmpty else { return nil }
    let dots = steps.count > shownSteps ? "… → " : ""
    return dots + steps.suffix(shownSteps).joined(separator: " → ")
  }

  /// A case's name, with its suite where the name does not begin with it.
  static func title(_ planned: PlannedCase) -> String {
    if planned.isBoot { return "boot" }
    return planned.name.hasPrefix(planned.suite)
      ? planned.name : "\(planned.suite)/\(planned.name)"
  }

  /// Frames of a splat that are shown.
  private static let shownFrames = 5

  /// The innermost frames of a splat with their lines or, where these are not known, the functions that its
  /// fingerprint keeps.
  private static func trace(_ splat: SplatRecord) -> [(String, String?)] {
    if !splat.frames.isEmpty {
      return splat.frames.prefix(shownFrames).enumerated()
        .map { index, frame in (index == 0 ? "trace" : " ", frame) }
    }
    let parts = splat.fingerprint.split(separator: "|")
    guard parts.count == 2, parts[1].contains("<") else { return [] }
    return [("trace", String(parts[1].replacing("<", with: " < ")))]
  }

  private func details(_ facts: [(String, String?)]) -> [String] {
    facts.compactMap { label, text in
      guard let text, !text.isEmpty else { return nil }
      let label = label.isEmpty ? "" : style.paint(TextLayout.left(label, 8), .quiet) + "  "
      return "    " + label + Escaping.terminal(text)
    }
  }
}
