internal import ArgumentParser
internal import GuestProtocol
internal import Reports
internal import Results
internal import Store

/// `faultline history`: the last runs of a case.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "Show the last runs of cases as a strip for each kernel, with flips and flake rate.",
    discussion: """
      faultline history swap-anon.out-in-keeps
      faultline history 'fork*' --kernel debian-6.12 --last 60
      """)

  @Argument(help: ArgumentHelp("A case, or a glob over cases.", valueName: "case"))
  var name: String

  @Option(name: .long, help: "How many runs of each kernel are looked at.")
  var last: Int = 30

  @Option(name: .long, help: "Only this kernel; may be repeated.")
  var kernel: [String] = []

  @Option(name: .long, help: "human, or json (alone on standard output).")
  var format: Format = .human

  @OptionGroup var history: HistoryOptions

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case human, json
  }

  func validate() throws {
    guard (1...10_000).contains(last) else {
      throw ValidationError("--last is \(last); expected 1 to 10000")
    }
  }

  func run() throws {
    let history = try history.existing()
    let found = try history.cases(matching: Glob(name), last: last)
      .filter { kernel.isEmpty || kernel.contains($0.kernel) }
    if found.isEmpty {
      throw UsageFailure(
        unknown: "case in the history matching", name, known: try history.caseNames(),
        list: "faultline list")
    }
    var text = ""
    switch format {
    case .human: CaseHistoryReport(style: .standardOutput).write(found, to: &text)
    case .json: try JSONReport().write(found, to: &text)
    }
    Terminal.out(text)
  }
}
