internal import Foundation
internal import Kernels
internal import Lab
internal import Machine
internal import Reports
internal import Results

/// How a finished run is shown on standard output.
struct RunOutput {
  private let spec: RunSpec
  private let knownIssues: KnownIssues
  private let news: KnownIssues.News
  private let options: RunOptions

  init(
    _ spec: RunSpec, _ options: RunOptions, _ knownIssues: KnownIssues, _ news: KnownIssues.News
  ) {
    self.spec = spec
    self.options = options
    self.knownIssues = knownIssues
    self.news = news
  }

  private var files: RunFiles { RunFiles(spec.directory) }

  /// What the run was told, and a command that repeats a case must say again.
  private var repeatedOptions: [String] {
    let isNamed =
      !options.suites.machine.isEmpty || options.plan != nil || options.rerunFailed != nil
    let machine =
      isNamed && spec.machines.count == 1 ? ["--machine", spec.machines[0].name] : []
    return machine + (spec.isolation == .none ? [] : ["--isolate", spec.isolation.rawValue])
      + (options.connect.map { ["--connect", $0] } ?? [])
  }

  /// Prints the run in the format asked for, alone on standard output.
  func show(_ run: Run, _ format: RunOptions.Format) throws {
    var text = ""
    switch format {
    case .json: try JSONReport().write(run, to: &text)
    case .ktap: KTAPReport().write(run, to: &text)
    case .human:
      let style = TerminalStyle(
        isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
      let directory = Terminal.relative(spec.directory.path)
      let console = Terminal.relative(files.console.path)
      var report = HumanReport(
        style: style, width: Terminal().columns, program: Terminal.program,
        knownIssues: knownIssues,
        news: news, directory: directory, console: { _ in console })
      for suite in spec.suites where suite.isForeign {
        report.foreign[suite.name] = ["--program", Terminal.relative(suite.program.path)]
      }
      report.options = repeatedOptions
      report.pace = CasePace(spec.suites.flatMap(\.cases))
      report.kernelWords = spec.kernelWords
      report.write(run, to: &text)
    }
    Terminal.out(text)
  }
}
