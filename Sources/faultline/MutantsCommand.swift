internal import ArgumentParser
internal import Foundation
internal import GuestProtocol
internal import Kernels
internal import Lab
internal import Reports
internal import Results

/// `faultline mutants`: whether the suites see planted bugs.
struct MutantsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mutants",
    abstract: "Build and run planted bugs, and say which the suites see.",
    discussion: """
      faultline mutants --base debian-source-6.12
      faultline mutants --base debian-source-6.12 --dir kernels/mutants --dir ../more --out m1

      Every *.patch of a folder is one planted bug. A run that was stopped goes on where it ended \
      when it is started again with the same --out.

      Exit status: 0 every mutant was seen; 1 some survived or could not be tested; 64 usage; 69 host \
      trouble; 130 interrupted.
      """)

  @Option(name: .long, help: "What the bugs are planted in: a source as for `kernels build`.")
  var base: String

  @Option(name: .long, help: "A folder of patches; may be repeated. Default: kernels/mutants.")
  var dir: [String] = []

  @Option(name: .long, help: "Only mutants whose name matches this glob; may be repeated.")
  var mutant: [String] = []

  @Option(name: .long, help: "How many guests run at once, beside the build of the next mutant.")
  var jobs: Int = 1

  @Option(
    name: .long,
    help: "After so many red results no further suite is begun on a mutant; 0 runs all suites.")
  var enough: Int = 0

  @OptionGroup var config: ConfigOptions
  @OptionGroup var suites: SuiteOptions

  @Option(name: .long, help: "human, or json (alone on standard output).")
  var format: Format = .human

  @Option(
    name: .long, help: "Where results are kept and looked for; default results/mutants-BASE.")
  var out: String?

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case human, json
  }

  func validate() throws {
    guard (1...64).contains(jobs) else {
      throw ValidationError("--jobs is \(jobs); expected 1 to 64")
    }
    guard enough >= 0 else { throw ValidationError("--enough is \(enough); expected 0 or more") }
  }

  func run() async throws {
    let workspace = try Workspace()
    let fragments = try workspace.fragments(config.config)
    let machine = try suites.oneMachine(workspace)
    let suites = try await self.suites.suites(workspace)
    let origin = try workspace.origin(base)
    let mutants = try await chosen(workspace)
    let name = base.split(separator: "/").last.map(String.init) ?? base
    let directory = try OutputDirectory.make(out ?? "results/mutants-\(name)", without: "run.json")
    let knownIssues = try workspace.knownIssues()
    let progress = CheckProgress(knownIssues)
    let score = try await interruptible {
      let source = try await workspace.sources().tree(origin)
      let builder = KernelBuilder(report: progress.builds)
      let kernel = try await builder.kernel(
        KernelBuild(name: source.name, source: source, fragments: fragments))
      let choice = try await self.suites.accelerator(
        workspace, probe: kernel.bootable(name: source.name))
      let lab = try Lab(workspace.installation) { _ in }
      let host = try await lab.open(nil, accelerator: choice)
      let runner = MutantRunner(
        MutantRunner.Spec(
          source: source, fragments: fragments, mutants: mutants, machine: machine, suites: suites,
          accelerator: choice, jobs: jobs, enough: enough == 0 ? nil : enough,
          directory: directory), lab: lab, host: host, builder: builder, report: progress.note
      ) { run, directory in
        try KeptRun(directory).keep(run, explainedBy: knownIssues)
      }
      do {
        let score = try await runner.run()
        await host.close()
        return score
      } catch {
        await host.close()
        throw error
      }
    }
    try show(score, directory)
    if score.exitStatus != 0 { throw ExitCode(score.exitStatus) }
  }

  private func show(_ score: MutantScore, _ directory: URL) throws {
    var json = ""
    try JSONReport().write(score, to: &json)
    try Data(json.utf8).write(
      to: directory.appendingPathComponent("mutants.json"), options: .atomic)
    var text = ""
    switch format {
    case .json: text = json
    case .human:
      MutantReport(
        style: TerminalStyle(
          isTerminal: isatty(STDOUT_FILENO) == 1,
          environment: ProcessInfo.processInfo.environment), width: Terminal().columns
      ).write(score, to: &text)
    }
    Terminal.out(text)
  }

  /// The mutants of all folders that match, each name once.
  private func chosen(_ workspace: Workspace) async throws -> [Mutant] {
    let folders = dir.isEmpty ? [workspace.installation.file("mutants").path] : dir
    var mutants: [Mutant] = []
    for folder in folders {
      do {
        mutants += try await Mutant.all(in: folder)
      } catch let error as Mutant.Failure {
        throw UsageFailure("\(error)\n  try: --dir with a folder of patches")
      }
    }
    let globs = mutant.map { Glob($0) }
    let names = mutants.map(\.name)
    let groups = Dictionary(grouping: names) { $0 }
    if let twice = groups.first(where: { $0.value.count > 1 })?.key {
      throw UsageFailure("two folders have a mutant \(twice)\n  try: another name for one of them")
    }
    guard !globs.isEmpty else { return mutants }
    for (glob, pattern) in zip(globs, mutant) where !names.contains(where: { glob.matches($0) }) {
      throw UsageFailure(
        unknown: "mutant matching", pattern, known: names,
        list: "ls \(folders.joined(separator: " "))")
    }
    return mutants.filter { one in globs.contains { $0.matches(one.name) } }
  }
}
