internal import Foundation
internal import GuestProtocol
internal import Machine
internal import Results

/// Runs the suites of one guest, one after the other, until the guest is gone.
struct SuiteStage {
  /// What a program may take beyond its cases: its own start and end, and to be found silent (CaseWatch).
  static let margin = Duration.seconds(30)

  /// The longest list of names in one argument, its option aside.
  private static let listBytes = Limits.argumentBytes - 100

  private let session: GuestSession
  private let machine: Machine
  /// By how much the cases' deadlines are stretched, in percent.
  private let slowness: Int

  /// What `run.json` keeps of the guest.
  private let guest: Results.GuestRecord

  init(
    _ session: GuestSession, _ machine: Machine, _ guest: Results.GuestRecord, slowness: Int
  ) {
    self.session = session
    self.machine = machine
    self.guest = guest
    self.slowness = slowness
  }

  /// Runs them all; gives what was heard of each that was begun.
  func run(_ trouble: inout [String]) async -> [SuiteEar] {
    var ears: [SuiteEar] = []
    let log = RunFiles(session.spec.directory).openOutput()
    defer { try? log?.close() }  // it is for people only
    for (suite, planned) in session.plan.suites {
      guard await machine.end == nil, !Task.isCancelled else { break }
      let red = ears.map { $0.redCount(beside: session.spec.expectedRed) }
        .reduce(session.redBefore, +)
      if let enough = session.spec.enough, red >= enough { break }
      session.report(.suiteStarted(kernel: session.kernel, suite: suite.name))
      let ear = SuiteEar(
        suite.name, planned: planned, isForeign: suite.foreign != nil, kernel: session.kernel,
        log: log, isForKeeping: { [session, guest] in session.shelf?.wants($0, guest) ?? false },
        report: session.report)
      ears.append(ear)
      do {
        try await run(suite, planned, ear)
      } catch MachineError.guestGone(_, let end) {
        ear.note { $0.guestEnded(end) }
      } catch {
        trouble.append("\(session.kernel), \(suite.name): \(error)")
        ear.note { $0.neverRan(because: .host("\(error)")) }
      }
      // Of a suite whose guest is gone there may be more to come.
      if await machine.end == nil {
        session.report(.suiteEnded(kernel: session.kernel, suite: suite.name))
      }
    }
    return ears
  }

  private func run(_ suite: Suite, _ planned: [PlannedCase], _ ear: SuiteEar) async throws {
    let programs = try suite.guestPrograms()
    try await machine.push(programs)
    guard let runner = programs.last else { return }
    var todo = planned
    while true {
      let end = try await run(runner, suite, todo, ear)
      guard case .ended = end, await machine.end == nil, !Task.isCancelled else { return }
      // A program that something has killed costs the case that ran, and no other.
      let left = ear.unbegun
      guard !left.isEmpty, left.count < todo.count else { return }
      todo = left
      ear.listenAgain()
    }
  }

  private func run(
    _ runner: GuestProgram, _ suite: Suite, _ planned: [PlannedCase], _ ear: SuiteEar
  ) async throws -> ProgramRun.End {
    let watch = Task { [machine] in await CaseWatch(ear, suite, slowness).run(machine) }
    defer { watch.cancel() }
    let run = try await machine.run(
      runner, arguments: arguments(suite, planned),
      environment: ["FAULTLINE_TIMESCALE": String(slowness)],
      deadline: deadline(of: suite, planned)
    ) { output throws(ListeningEnd) in try ear.hear(output) }
    ear.end(run)
    return run.end
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
    return (.milliseconds(sum) + Self.margin) * slowness / 100
  }
}
