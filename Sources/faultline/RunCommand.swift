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
      faultline run --plan kernels/nightly.yaml --dry-run
      faultline run --rerun-failed results/RUN --repeat 5
      faultline run --kernel debian-6.12 --keep --gdb

      Exit status: 0 when every case passed, was skipped or is a known issue; 1 when anything is \
      red; 69 when the host kept it from running; 130 when interrupted. While it runs, t on its \
      terminal or SIGUSR1 says how far it is.
      """)

  @OptionGroup var options: RunOptions

  func run() async throws {
    let workspace = try Workspace()
    if options.dryRun {
      return try await RunRequest(options, workspace).preview(workspace)
    }
    let plan = try await Preparation(options, workspace).plan()
    let progress = Progress(
      knownIssues: plan.knownIssues, pace: CasePace(plan.spec.suites.flatMap(\.cases)))
    defer { progress.end() }
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
    do {
      try await finish(plan, outcome, signals)
    } catch {
      await outcome.kept?.host.close()
      throw error
    }
  }

  /// Keeps and shows the results, then the guest; throws the run's status.
  private func finish(
    _ plan: Prepared, _ outcome: Lab.Outcome, _ signals: Signals
  ) async throws {
    var run = outcome.run
    let news = plan.knownIssues.apply(to: &run, today: .today)
    let output = RunOutput(plan.spec, options, plan.knownIssues, news)
    let unkept = KeptRun(plan.spec.directory).keepSomewhere(run)
    try output.show(run, options.format)
    let troubles = outcome.trouble + (unkept.map { [$0] } ?? [])
    for trouble in troubles { Terminal.err("error: \(Escaping.lines(trouble))\n") }
    let isRed = judge(run, plan)
    let isKept = options.noHistory || keepInHistory(run, RunFiles(plan.spec.directory).json)
    if outcome.isInterrupted || signals.hasFired { throw ExitStatus.interrupted.code }
    if let kept = outcome.kept {
      try await options.keeping.hold(kept.guest, on: kept.host, until: signals)
      await kept.guest.end()
      await kept.host.close()
    } else if options.keeping.isWanted {
      Terminal.err("no guest is kept: nothing failed whose guest lives\n")
    }
    if !troubles.isEmpty { throw ExitStatus.hostTrouble.code }
    if isRed { throw ExitStatus.failures.code }
    if !isKept { throw ExitStatus.hostTrouble.code }
  }

  /// Whether the run is red, by its baseline where it has one; what keeps it from being compared leaves the failures.
  private func judge(_ run: Run, _ plan: Prepared) -> Bool {
    guard let baseline = plan.baseline else { return run.exitStatus != 0 }
    do {
      let answer = try baseline.judge(run)
      answer.show(options.format)
      try answer.keep(in: plan.spec.directory)
      return answer.isRed
    } catch {
      Terminal.err("warning: the run is not compared: \(Escaping.lines("\(error)"))\n")
      return run.exitStatus != 0
    }
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

/// What a run needs to begin, and to be judged.
private struct Prepared {
  let spec: RunSpec
  let knownIssues: KnownIssues
  let baseline: Baseline?
}

/// A command line turned into a run, every name checked before anything is fetched or started.
private struct Preparation {
  private let options: RunOptions
  private let workspace: Workspace

  init(_ options: RunOptions, _ workspace: Workspace) {
    self.options = options
    self.workspace = workspace
  }

  func plan() async throws -> Prepared {
    let request = try await RunRequest(options, workspace)
    let sources = try request.kernels.map(workspace.source)
    let knownIssues = try workspace.knownIssues()
    let baseline = try Baseline(request, options.history, workspace)
    var kernels: [BootableKernel] = []
    for source in sources { kernels.append(try await kernel(source)) }
    let id = RunName.make()
    // The first kernel is the one to probe with.
    let choice = try await options.suites.accelerator(workspace, probe: kernels[0])
    var spec = RunSpec(
      kernels: kernels, machines: request.machines, suites: request.suites,
      repetitions: request.repetitions, accelerator: choice, connection: options.connect,
      directory: try OutputDirectory.make(options.out ?? "results/\(id)", without: "run.json"),
      id: id)
    try request.tellExclusions(workspace)
    spec.tellsSteps = options.steps
    spec.keeps = options.keeping.choice(knownIssues)
    spec.hasDebugger = options.keeping.gdb
    request.complete(&spec)
    return Prepared(spec: spec, knownIssues: knownIssues, baseline: baseline)
  }

  private func kernel(_ source: KernelSource) async throws -> BootableKernel {
    do {
      return try await source.kernel(fetcher: workspace.fetcher())
    } catch let error as KernelPathError {
      throw UsageFailure(error.description)
    }
  }
}
