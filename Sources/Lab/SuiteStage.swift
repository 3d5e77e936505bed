internal import Foundation
internal import GuestProtocol
internal import Machine
internal import Results

/// Runs the suites of one guest, one after the other, until the guest is gone.
struct SuiteStage {
  /// What a program may take beyond its cases: its own start and end, in a slow guest.
  static let margin = Duration.seconds(30)

  /// The longest list of names in one argument, its option aside.
  private static let listBytes = Limits.argumentBytes - 100

  private let session: GuestSession
  private let machine: Machine
  /// By how much the cases' deadlines are stretched, in percent.
  private let slowness: Int

  init(_ session: GuestSession, _ machine: Machine, slowness: Int) {
    self.session = session
    self.machine = machine
    self.slowness = slowness
  }

  /// Runs them all; gives what was heard of each that was begun.
  func run(_ trouble: inout [String]) async -> [SuiteEar] {
    var ears: [SuiteEar] = []
    let log = RunFiles(session.spec.directory).openOutput()
    defer { try? log?.close() }  // it is for people only
    for (suite, planned) in session.plan.suites {
      guard await machine.end == nil, !Task.isCancelled else { break }
      let red = ears.map { $0.redCount(beside: session.spec.expectedRed) }.reduce(0, +)
      if let enough = session.spec.enough, red >= enough { break }
      session.report(.suiteStarted(kernel: session.kernel, suite: suite.name))
      let ear = SuiteEar(
        suite.name, planned: planned, isForeign: suite.foreign != nil, kernel: session.kernel,
        log: log, report: session.report)
      ears.append(ear)
      do {
        try await run(suite, planned, ear)
      } catch MachineError.guestGone(_, let end) {
        ear.note { $0.guestEnded(end) }
      } catch {
        trouble.append("\(session.kernel), \(suite.name): \(error)")
        ear.note { $0.neverRan(because: Reason(.host, "\(error)")) }
      }
      session.report(.suiteEnded(kernel: session.kernel, suite: suite.name))
    }
    return ears
  }

  private func run(_ suite: Suite, _ planned: [PlannedCase], _ ear: SuiteEar) async throws {
    let program = GuestProgram(
      name: suite.name, digest: suite.digest, bytes: Array(try Data(contentsOf: suite.program)))
    var runner = program
    if let foreign = suite.foreign {
      runner = GuestProgram(
        name: suite.name, digest: foreign.escortDigest,
        bytes: Array(try Data(contentsOf: foreign.escort)))
    }
    try await machine.push(suite.foreign == nil ? [program] : [program, runner])
    let watch = Task { [machine] in await CaseWatch(ear, suite, slowness).run(machine) }
    defer { watch.cancel() }
    let run = try await machine.run(
      runner, arguments: arguments(suite, planned),
      environment: ["FAULTLINE_TIMESCALE": String(slowness)],
      deadline: deadline(of: suite, planned)
    ) { output throws(OutputFlood) in try ear.hear(output) }
    ear.end(run)
  }

  private func arguments(_ suite: Suite, _ planned: [PlannedCase]) -> [String] {
    if let foreign = suite.foreign {
      let own = suite.cases.reduce(0) { $0 + $1.deadlineMilliseconds } * slowness / 100
      // Where init leaves what was pushed, by its digest.
      return [suite.name, "/faultline/programs/\(suite.digest)", String(own)] + foreign.arguments
    }
    return ["--seed=\(session.spec.seed)"] + (session.spec.tellsSteps ? ["--steps"] : [])
      + filters(suite, planned)
  }

  /// The names of the planned cases, unless they are all that the program has.
  private func filters(_ suite: Suite, _ planned: [PlannedCase]) -> [String] {
    guard suite.isPartial || planned.count < suite.cases.count else { return [] }
    var lists: [String] = []
    for name in planned.map(\.name) {
      if let last = lists.last, last.utf8.count + name.utf8.count < Self.listBytes {
        lists[lists.count - 1] = last + "," + name
      } else {
        lists.append(name)
      }
    }
    return lists.map { "--filter=" + $0 }
  }

  /// Every case may take its whole deadline; the watch ends a single one that overstays.
  private func deadline(of suite: Suite, _ planned: [PlannedCase]) -> Duration {
    let names = Set(planned.map(\.name))
    let sum = suite.cases.filter { names.contains($0.name) }
      .reduce(0) { $0 + $1.deadlineMilliseconds }
    return .milliseconds(sum * slowness / 100) + Self.margin
  }
}

/// Watches that the running case ends: the program ends its own cases, and this ends a guest whose program cannot.
struct CaseWatch {
  /// How often it looks, and how long past a case's own deadline the guest is given up.
  static let interval = Duration.seconds(1)
  static let grace = Duration.seconds(15)

  private let ear: SuiteEar
  private let deadlines: [String: Duration]

  init(_ ear: SuiteEar, _ suite: Suite, _ slowness: Int) {
    self.ear = ear
    let pairs = suite.cases.map {
      ($0.name, Duration.milliseconds($0.deadlineMilliseconds * slowness / 100))
    }
    deadlines = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  /// Returns when cancelled, or when it has given the guest up.
  func run(_ machine: Machine) async {
    while (try? await Task.sleep(for: Self.interval)) != nil {  // cancelled: the program has ended
      // A case that nobody planned gets no more than any other.
      guard let running = ear.running,
        let deadline = deadlines[running.name] ?? deadlines.values.max(),
        ContinuousClock.now - running.since > deadline + Self.grace
      else { continue }
      // What every task waits for is worth more than a quick end: the console is kept.
      await machine.sysrq("wl")
      try? await Task.sleep(for: .seconds(2))  // cancelled: it ended after all
      guard !Task.isCancelled else { return }
      await machine.giveUp()
      return
    }
  }
}
