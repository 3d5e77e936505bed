internal import ArgumentParser
internal import Foundation
internal import GuestProtocol
internal import Kernels
internal import Lab
internal import Machine
internal import Reports
internal import Results
internal import Store

/// `faultline run`: boots kernels and runs suites on them.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Boot kernels and run the suites on each.",
    discussion: """
      faultline run --kernel debian-6.12 --suite swap --filter 'swap-anon.*'
      faultline run --kernel debian-6.12 --program selftests/mm/cow

      Exit status: 0 when every case passed, was skipped or is a known issue; 1 when anything is \
      red; 69 when the host kept it from running; 130 when interrupted.
      """)

  @OptionGroup var options: RunOptions

  func run() async throws {
    let workspace = try Workspace()
    let plan = try await Preparation(options, workspace).plan()
    let progress = Progress(options.format, knownIssues: plan.knownIssues)
    let checkpoints = Checkpoints(
      plan.spec.directory, id: plan.spec.id, seed: plan.spec.seed,
      besides: options.noHistory ? nil : options.history.file)
    defer { checkpoints.withdraw() }
    let lab = try Lab(workspace.installation) { [note = progress.note] event in
      note(event)
      checkpoints.note(event)
    }
    let work = Task { await lab.run(plan.spec) }
    let signals = Signals { work.cancel() }
    let outcome = await work.value
    await checkpoints.end()
    progress.end()

    var run = outcome.run
    let news = plan.knownIssues.apply(to: &run, today: .today)
    let output = RunOutput(plan.spec, options, plan.knownIssues, news)
    let unkept = KeptRun(plan.spec.directory).keepSomewhere(run)
    try output.show(run, options.format)
    let troubles = outcome.trouble + (unkept.map { [$0] } ?? [])
    for trouble in troubles { Terminal.err("error: \(Escaping.lines(trouble))\n") }
    let isKept = options.noHistory || keepInHistory(run, RunFiles(plan.spec.directory).json)
    if outcome.isInterrupted || signals.hasFired { throw ExitStatus.interrupted.code }
    if !troubles.isEmpty { throw ExitStatus.hostTrouble.code }
    if run.exitStatus != 0 { throw ExitStatus.failures.code }
    if !isKept { throw ExitStatus.hostTrouble.code }
  }

  /// Imports the run; what keeps it from that is told, and costs nothing but the history.
  private func keepInHistory(_ run: Run, _ file: URL) -> Bool {
    do {
      _ = try options.history.open().add(run, at: .now)
      return true
    } catch {
      let path = Escaping.shellWord(Terminal.relative(file.path))
      Terminal.err(
        """
        warning: the run is not in the history: \(Escaping.lines("\(error)"))
          then: \(Terminal.program) import \(path)

        """)
      return false
    }
  }
}

/// A command line turned into a run, every name checked before anything is fetched or started.
private struct Preparation {
  private let options: RunOptions
  private let workspace: Workspace

  init(_ options: RunOptions, _ workspace: Workspace) {
    self.options = options
    self.workspace = workspace
  }

  func plan() async throws -> (spec: RunSpec, knownIssues: KnownIssues) {
    let names = options.kernel.isEmpty ? [RunOptions.defaultKernel] : options.kernel
    let sources = try names.map(workspace.source)
    let machines = try options.suites.machines(workspace)
    let suites = try await suites()
    let knownIssues = try workspace.knownIssues()
    var kernels: [BootableKernel] = []
    for source in sources { kernels.append(try await kernel(source)) }
    let id = RunName.make()
    // The first kernel is the one to probe with.
    let choice = try await options.suites.accelerator(workspace, probe: kernels[0])
    var spec = RunSpec(
      kernels: kernels, machines: machines, suites: suites,
      repetitions: options.repeat, accelerator: choice, connection: options.connect,
      directory: try OutputDirectory.make(options.out ?? "results/\(id)", without: "run.json"),
      id: id)
    spec.tellsSteps = options.steps
    spec.isolation = options.isolate
    spec.seed = options.seed ?? UInt64.random(in: 0..<1_000_000_000)
    return (spec, knownIssues)
  }

  /// The suites that are asked for, then the programs; programs alone are no reason to run all suites.
  private func suites() async throws -> [Suite] {
    let asksForSuites = !options.suites.suite.isEmpty || !options.suites.filter.isEmpty
    var suites: [Suite] = []
    if options.program.isEmpty || asksForSuites {
      suites = try await options.suites.suites(workspace)
    }
    for path in options.program {
      do {
        suites.append(
          try await ForeignProgram.suite(
            path, arguments: options.programArguments, deadline: .seconds(options.deadline),
            workspace.installation, taken: suites.map(\.name)))
      } catch let unfit as ForeignProgram.Unfit {
        throw UsageFailure(unfit.description)
      }
    }
    return suites
  }

  private func kernel(_ source: KernelSource) async throws -> BootableKernel {
    do {
      return try await source.kernel(fetcher: workspace.fetcher())
    } catch let error as KernelPathError {
      throw UsageFailure(error.description)
    }
  }
}
