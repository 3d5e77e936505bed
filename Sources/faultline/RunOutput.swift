internal import Foundation
internal import KernelLog
internal import Lab
internal import Reports
internal import Results

/// Where a finished run goes: its files, and standard output.
struct RunOutput {
  private let spec: RunSpec
  private let knownIssues: KnownIssues
  private let news: KnownIssues.News

  init(_ spec: RunSpec, _ knownIssues: KnownIssues, _ news: KnownIssues.News) {
    self.spec = spec
    self.knownIssues = knownIssues
    self.news = news
  }

  private var files: RunFiles { RunFiles(spec.directory) }

  /// Writes the run's files; each appears whole or not at all.
  func keep(_ run: Run) throws {
    var json = ""
    try JSONReport().write(run, to: &json)
    try Data(json.utf8).write(to: files.json, options: .atomic)
    var ktap = ""
    KTAPReport().write(run, to: &ktap)
    try Data(ktap.utf8).write(to: files.ktap, options: .atomic)
    try keepSplats(run)
  }

  private func keepSplats(_ run: Run) throws {
    let splats = run.results.flatMap { result in result.splats.map { (result.planned, $0) } }
    guard !splats.isEmpty else { return }
    try FileManager.default.createDirectory(at: files.splats, withIntermediateDirectories: true)
    for (index, (planned, splat)) in splats.enumerated() {
      let head = "\(splat.title)\n\(planned.kernel) \(planned.suite)/\(planned.name)\n\n"
      let name = "\(index + 1)-\(splat.kind.rawValue).log"
      try Data((head + splat.text + "\n").utf8).write(
        to: files.splats.appendingPathComponent(name), options: .atomic)
    }
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
      let directory = relative(spec.directory.path)
      let console = relative(files.console.path)
      HumanReport(
        style: style, width: Terminal().columns, program: program, knownIssues: knownIssues,
        news: news, directory: directory, console: { _ in console }
      ).write(run, to: &text)
    }
    Terminal.out(text)
  }

  /// How this program was called, so that the next command can be pasted.
  private var program: String {
    let called = CommandLine.arguments.first ?? "faultline"
    return called.contains("/") ? relative(called) : called
  }

  private func relative(_ path: String) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}
