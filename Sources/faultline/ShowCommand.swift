internal import ArgumentParser
internal import Reports
internal import Results
internal import Store

/// `faultline show`: a run of the history, or one case of it.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a run as it ended, or all that is known of a case in it.",
    discussion: """
      faultline show latest
      faultline show 20261121-12 swap-anon.out-in-keeps/anon
      faultline show results/a/run.json swap-anon.out-in-keeps/anon --format json
      """)

  @Argument(
    help: ArgumentHelp(
      "A run: its id, the beginning of one, latest, previous, a kernel, or a run.json.",
      valueName: "run"))
  var runName: String

  @Argument(help: ArgumentHelp("A case.", valueName: "case"))
  var name: String?

  @Option(name: .long, help: "human, or json (alone on standard output).")
  var format: HistoryCommand.Format = .human

  @OptionGroup var history: HistoryOptions

  func run() throws {
    let (history, stored, kernel) = try chosen()
    guard let name else { return try show(history.run(stored), kernel) }
    let results = try history.results(of: stored, name: name)
      .filter { kernel == nil || $0.planned.kernel == kernel }
    if results.isEmpty {
      throw UsageFailure(
        unknown: "case in run \(stored.name)", name, known: try history.caseNames(),
        list: "faultline list")
    }
    var text = ""
    switch format {
    case .human:
      CaseReport(style: .standardOutput, width: Terminal().columns).write(results, to: &text)
    case .json: try JSONReport().write(results, to: &text)
    }
    Terminal.out(text)
  }

  private func chosen() throws -> (History, StoredRun, kernel: String?) {
    if let file = GivenFile(runName) {
      let (history, stored) = try file.read()
      return (history, stored, file.kernel)
    }
    let history = try history.existing()
    let choice = try history.choice(runName)
    return (history, choice.run, choice.kernel)
  }

  private func show(_ whole: Run, _ kernel: String?) throws {
    var run = whole
    if let kernel {
      run.guests.removeAll { $0.kernel != kernel }
      run.results.removeAll { $0.planned.kernel != kernel }
    }
    var text = ""
    switch format {
    case .human:
      for index in run.results.indices { run.results[index].cutTexts() }
      HumanReport(
        style: .standardOutput, width: Terminal().columns, program: Terminal.program,
        knownIssues: KnownIssues(), news: KnownIssues.News(), directory: nil, console: { _ in nil }
      ).write(run, to: &text)
    case .json: try JSONReport().write(run, to: &text)
    }
    Terminal.out(text)
  }
}

extension CaseResult {
  /// Cuts what nobody reads on a terminal: an imported file may hold messages of megabytes.
  fileprivate mutating func cutTexts() {
    let most = 4000
    expected = expected.map { String($0.prefix(most)) }
    seen = seen.map { String($0.prefix(most)) }
    reason = reason.map { Reason($0.kind, String($0.text.prefix(most))) }
  }
}
