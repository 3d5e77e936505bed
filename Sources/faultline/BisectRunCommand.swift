internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Lab
internal import Reports
internal import Results

/// `faultline bisect-run`: one step of `git bisect run`.
struct BisectRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bisect-run",
    abstract: "Build the tree as it is, run cases on it, and answer as `git bisect run` wants it.",
    discussion: """
      git bisect start BAD GOOD
      git bisect run faultline bisect-run --tree . --filter 'uffdwp-shmem.*'

      Exit status: 0 good; 1 bad; 125 this kernel cannot be judged: it does not build or boot, a case \
      was lost twice; 128 the command line; 129 host trouble; 130 interrupted. git stops at 128 and \
      above.
      """)

  @Option(name: .long, help: "The kernel's git tree; objects go to the cache, not into it.")
  var tree: String

  @OptionGroup var config: ConfigOptions
  @OptionGroup var suites: SuiteOptions

  @Option(name: .long, help: "Run the cases this often; bad when one of them fails.")
  var `repeat`: Int = 1

  @Flag(name: .long, help: "The boot is what is judged: a kernel that does not come up is bad.")
  var boot = false

  func validate() throws {
    guard (1...1_000).contains(`repeat`) else {
      throw ValidationError("--repeat is \(`repeat`); expected 1 to 1000")
    }
  }

  func run() async throws {
    let answer: BisectAnswer
    do {
      answer = try await interruptible { try await judge() }
    } catch let code as ExitCode {
      throw code
    } catch {
      Terminal.err("error: \(Escaping.lines("\(error)"))\n")
      throw ExitCode(Entry.status(of: error) == .usage ? 128 : 129)
    }
    Terminal.out("\(answer.word): \(Escaping.lines(answer.reason))\n")
    throw ExitCode(answer.status)
  }

  private func judge() async throws -> BisectAnswer {
    let workspace = try Workspace()
    let fragments = try workspace.fragments(config.config)
    let machine = try suites.oneMachine(workspace)
    let suites = try await self.suites.suites(workspace)
    let knownIssues = try workspace.knownIssues()
    let progress = BuildProgress()
    let source = try await SourceStore().live(tree)
    let kernel: BuiltKernel
    do {
      kernel = try await KernelBuilder(report: progress.note).kernel(
        KernelBuild(name: source.name, source: source, fragments: fragments))
    } catch let error as BuildError where error.blamesKernel {
      return .cannotTell("\(error)")
    } catch let error as ConfigError {
      return .cannotTell("\(error)")
    }
    let bootable = kernel.bootable(name: kernel.record.name)
    let choice = try await self.suites.accelerator(workspace, probe: bootable)
    let id = RunName.make()
    let spec = RunSpec(
      kernels: [bootable], machines: [machine], suites: boot ? [] : suites,
      repetitions: `repeat`, accelerator: choice, connection: nil,
      directory: try OutputDirectory.make("results/\(id)", without: "run.json"), id: id)
    let shown = Progress(knownIssues: knownIssues, pace: CasePace(suites.flatMap(\.cases)))
    defer { shown.end() }
    let outcome = try await Lab(workspace.installation, report: shown.note).run(spec)
    shown.end()
    var run = outcome.run
    _ = knownIssues.apply(to: &run, today: .today)
    try KeptRun(spec.directory).keep(run)
    try Task.checkCancellation()
    if let trouble = outcome.trouble.first { throw HostTrouble(description: trouble) }
    return BisectAnswer(run, judgesBoot: boot)
  }
}
