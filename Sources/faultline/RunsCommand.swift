internal import ArgumentParser
internal import Reports
internal import Results
internal import Store

/// `faultline runs`: what is in the history.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "List the runs of the history, the newest first.")

  @Option(name: .long, help: "Only runs that have this kernel.")
  var kernel: String?

  @Option(name: .long, help: "At most so many.")
  var last: Int = 50

  @Option(name: .long, help: "human, or json (alone on standard output).")
  var format: HistoryCommand.Format = .human

  @OptionGroup var history: HistoryOptions

  func run() throws {
    let runs = try history.existing().runs(kernel: kernel, limit: max(1, last)).map(\.listing)
    var text = ""
    switch format {
    case .human: RunListReport(style: .standardOutput).write(runs, to: &text)
    case .json: try JSONReport().write(runs, to: &text)
    }
    Terminal.out(text)
  }
}

extension StoredRun {
  /// The run as a list shows it.
  var listing: RunListing {
    RunListing(
      run: name, started: started, elapsedMilliseconds: elapsedMilliseconds, kernels: kernels,
      machines: machines, results: results, red: red)
  }
}
