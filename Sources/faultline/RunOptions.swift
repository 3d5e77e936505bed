internal import ArgumentParser
internal import Foundation
internal import Lab
internal import Machine

/// The options of `faultline run`.
struct RunOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "A kernel: a name, or the path of a bzImage, vmlinux or build tree; may be repeated.")
  var kernel: [String] = []

  @OptionGroup var suites: SuiteOptions

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Run what a plan says: kernels, machines, suites, what is left out, a deadline (docs/ci.md).",
      valueName: "file"))
  var plan: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Run exactly the red cases of an earlier run, on its kernels and machines unless others are named.",
      valueName: "run"))
  var rerunFailed: String?

  @Flag(name: .long, help: "Show what would run, and boot nothing.")
  var dryRun = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A static executable to run, and no suite unless --suite or --filter names some; may be repeated.",
      discussion: "Its KTAP, TAP or exit status is read; what stands behind -- goes to it.",
      valueName: "path"))
  var program: [String] = []

  @Option(name: .long, help: "How long a --program may run, in seconds; stretched in slow guests.")
  var deadline: Int = 300

  @Argument(parsing: .postTerminator, help: "Arguments for every --program, behind --.")
  var programArguments: [String] = []

  @Option(name: .long, help: "Run everything this often, each time in a fresh guest.")
  var `repeat`: Int = 1

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How much runs in a guest before the next one comes from the saved state: none, suite or case.",
      discussion:
        "With none (the default) another guest goes on only after a crash, a hang or a loss."))
  var isolate: Isolation = .none

  @Option(
    name: .long,
    help: "What chance starts from (suite race); the default is another each time, and is shown.")
  var seed: UInt64?

  @Flag(name: .long, help: "Record what every case does, step by step, in run.json.")
  var steps = false

  @OptionGroup var keeping: Keeping

  @Option(name: .long, help: "A libvirt URI; the default needs no daemon.")
  var connect: String?

  @Option(name: .long, help: "human, json (alone on standard output) or ktap.")
  var format: Format = .human

  @Option(name: .long, help: "Where the run's files go; the default is results/RUN.")
  var out: String?

  @OptionGroup var history: HistoryOptions

  @Flag(name: .long, help: "Leave the run out of the history.")
  var noHistory = false

  /// What is booted when no kernel is named.
  static let defaultKernel = "debian-6.12"

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case human, json, ktap
  }

  func validate() throws {
    guard (1...1_000).contains(`repeat`) else {
      throw ValidationError("--repeat is \(`repeat`); expected 1 to 1000")
    }
    guard (1...86_400).contains(deadline) else {
      throw ValidationError("--deadline is \(deadline); expected 1 to 86400 seconds")
    }
    if plan != nil { try refuse("--plan", beside: choices + sources) }
    if rerunFailed != nil { try refuse("--rerun-failed", beside: choices) }
    if program.isEmpty, !programArguments.isEmpty {
      throw ValidationError("what stands behind -- is for a --program, and there is none")
    }
    try keeping.check(connection: connect)
  }
}

/// What does not go together.
extension RunOptions {
  /// The options that say which cases run.
  private var choices: [(String, Bool)] {
    [
      ("--suite", !suites.suite.isEmpty), ("--filter", !suites.filter.isEmpty),
      ("--program", !program.isEmpty),
    ]
  }

  /// The options that say where, and how.
  private var sources: [(String, Bool)] {
    [
      ("--kernel", !kernel.isEmpty), ("--machine", !suites.machine.isEmpty),
      ("--repeat", `repeat` != 1), ("--isolate", isolate != .none),
      ("--rerun-failed", rerunFailed != nil),
    ]
  }

  private func refuse(_ option: String, beside others: [(name: String, isGiven: Bool)]) throws {
    guard let other = others.first(where: \.isGiven) else { return }
    throw ValidationError("\(option) says what \(other.name) would say; give one of them")
  }
}

extension AcceleratorRequest: ExpressibleByArgument {}

extension Isolation: ExpressibleByArgument {}
