package import Results

/// What a person sees while a run goes on.
///
/// On a terminal: one status line that is redrawn, and above it a line for each result that is red.
/// Elsewhere, as in a CI log: plain lines, one when a guest is up, one when a suite ends, one for
/// each red result. Skips and results that a known issue explains are only counted. A case that was slow, or that
/// ended otherwise than in an earlier repetition, has a line, too.
package struct LiveView {
  /// Where the text goes and how it may look.
  package struct Screen {
    package var isTerminal: Bool
    /// Columns of the terminal; asked again for every line, since windows change.
    package var width: () -> Int
    package var style: TerminalStyle
    package var write: (String) -> Void

    package init(
      isTerminal: Bool, width: @escaping () -> Int = { 80 }, style: TerminalStyle = .plain,
      write: @escaping (String) -> Void
    ) {
      self.isTerminal = isTerminal
      self.width = width
      self.style = style
      self.write = write
    }
  }

  private var statusLine: StatusLine
  /// Time since the run began.
  let elapsed: () -> Duration
  private let knownIssues: KnownIssues
  private let today: CalendarDate?
  let pace: CasePace

  private(set) var planned = 0
  private var kernels: [String] = []
  private var machines: [String] = []
  /// Where the guest that runs is: its kernel, and its machine where the run has several.
  private var guest = ""
  private var releases: [String: String] = [:]
  private(set) var tally = Tally()
  private var suites: [SuiteKey: Tally] = [:]
  private(set) var activity = LiveActivity()
  /// What the first repetition of a case said, in a run with several.
  private var firstVerdicts: [PlannedCase: Verdict] = [:]
  private var hasRepeats = false

  private struct SuiteKey: Hashable {
    let kernel: String
    let suite: String
  }

  /// - Parameters:
  ///   - screen: where to write.
  ///   - knownIssues: what explains failures already while they happen.
  ///   - today: the day on which known issues are judged; nil lets none explain anything.
  ///   - pace: which cases are slow.
  ///   - elapsed: the clock, as time since the run began.
  package init(
    screen: Screen, knownIssues: KnownIssues = KnownIssues(), today: CalendarDate? = nil,
    pace: CasePace = CasePace(), elapsed: @escaping () -> Duration
  ) {
    statusLine = StatusLine(screen)
    self.knownIssues = knownIssues
    self.today = today
    self.pace = pace
    self.elapsed = elapsed
  }

  /// Shows one event.
  package mutating func note(_ event: RunEvent) {
    switch event {
    case .runStarted(let plan): start(plan)
    case .guestBooting(let kernel, let machine):
      guest = name(kernel, machine)
      activity.boot(kernel, place: guest)
    case .guestUp(let record): guestUp(record)
    case .suiteStarted(let kernel, let suite):
      suites[SuiteKey(kernel: kernel, suite: suite)] = Tally()
      update(kernel) { ($0.doing, $0.suite) = (suite, suite) }
    case .caseStarted(let kernel, let suite, let name):
      let now = elapsed()
      update(kernel) { ($0.doing, $0.suite, $0.running) = (suite, suite, (name, now)) }
    case .caseEnded(let result): ended(explained(result))
    case .caseRevised(let result, let from): revised(explained(result), from: from)
    case .suiteEnded(let kernel, let suite): suiteEnded(kernel, suite)
    case .guestEnded(let kernel, let end): activity.end(kernel, place: guest, end)
    case .notice(let text): line(Escaping.terminal(text))
    case .runEnded:
      statusLine.clear()
      return
    }
    drawStatus()
  }

  /// Redraws the status line; call it about once a second so that the time moves.
  package mutating func tick() { drawStatus() }

  /// Says in lines that stay what goes on: how far the run is, and each kernel's running case.
  package mutating func tell() {
    for text in report() { line(text) }
    drawStatus()
  }

  /// Takes the redrawn line away, until something is drawn again.
  package mutating func hide() { statusLine.clear() }
}

extension LiveView {
  private mutating func start(_ plan: Plan) {
    planned = plan.cases.count
    kernels = TextLayout.unique(plan.cases.map(\.kernel))
    machines = TextLayout.unique(plan.cases.map(\.machine))
    hasRepeats = plan.cases.contains { $0.repetition > 1 }
    let suites = TextLayout.unique(plan.cases.map(\.suite)).filter { $0 != "boot" }
    line(
      "\(TextLayout.count(planned, "case")) of \(TextLayout.count(suites.count, "suite"))"
        + " on \(Escaping.terminal(kernels.joined(separator: ", ")))"
        + (machines.count > 1 ? ", each on \(machines.joined(separator: ", "))" : ""))
  }

  private func name(_ kernel: String, _ machine: String) -> String {
    machines.count > 1 ? "\(kernel) on \(machine)" : kernel
  }

  private mutating func guestUp(_ record: GuestRecord) {
    if let release = record.upstreamRelease { releases[record.kernel] = release }
    guest = name(record.kernel, record.machine)
    update(record.kernel) { ($0.doing, $0.slowness) = ("", record.slowness) }
    guard !screen.isTerminal else { return }
    let boot = record.bootMilliseconds.map { " in \(TextLayout.time(milliseconds: $0))" } ?? ""
    let release = record.release.map { "\($0), " } ?? ""
    line(Escaping.terminal("\(guest): up\(boot) (\(release)\(record.accelerator.rawValue))"))
  }

  private func explained(_ result: CaseResult) -> CaseResult {
    guard let today, result.verdict.isRed, result.knownIssue == nil else { return result }
    let release = releases[result.planned.kernel]
    var result = result
    result.knownIssue =
      knownIssues.issues.first {
        today <= $0.expires && $0.explains(result, release: release)
      }?.id
    return result
  }

  private mutating func ended(_ result: CaseResult) {
    tally.add(result)
    suites[key(result), default: Tally()].add(result)
    let slowness = activity.guests.first { $0.kernel == result.planned.kernel }?.slowness ?? 100
    if !result.planned.isBoot {
      update(result.planned.kernel) {
        if $0.running?.name == result.planned.name { $0.running = nil }
      }
    }
    // What a person has stopped needs no line for each case that did not come.
    if result.isRed, result.reason?.kind != .interrupted { line(redLine(result)) }
    if let deadline = pace.slowDeadline(of: result, slowness: slowness) {
      line(remark("SLOW", result, pace.words(result, deadline)))
    }
    noteRepetition(result)
  }

  /// Says so when a repetition ends otherwise than the first one did.
  private mutating func noteRepetition(_ result: CaseResult) {
    guard hasRepeats, result.verdict != .missing else { return }
    var first = result.planned
    first.repetition = 1
    guard let verdict = firstVerdicts[first], result.planned.repetition > 1 else {
      firstVerdicts[first] = result.verdict
      return
    }
    guard verdict != result.verdict else { return }
    let words = "\(result.verdict.rawValue) in repetition \(result.planned.repetition)"
    line(remark("FLAKY", result, "\(words), \(verdict.rawValue) in the first"))
  }

  private func remark(_ word: String, _ result: CaseResult, _ text: String) -> String {
    let planned = result.planned
    let place = name(planned.kernel, planned.machine)
    return screen.style.paint(word, .known)
      + Escaping.terminal("  \(place)  \(planned.suite)/\(planned.name)  \(text)")
  }

  private mutating func revised(_ result: CaseResult, from verdict: Verdict) {
    var earlier = result
    earlier.verdict = verdict
    earlier.knownIssue = nil
    earlier = explained(earlier)
    tally.remove(earlier)
    suites[key(result)]?.remove(earlier)
    ended(result)
  }

  private mutating func suiteEnded(_ kernel: String, _ suite: String) {
    guard !screen.isTerminal else { return }
    let counts = suites[SuiteKey(kernel: kernel, suite: suite)] ?? Tally()
    line(Escaping.terminal("\(guest)  \(suite): ") + words(counts))
  }

  private func key(_ result: CaseResult) -> SuiteKey {
    SuiteKey(kernel: result.planned.kernel, suite: result.planned.suite)
  }

  private func words(_ tally: Tally) -> String {
    var parts = ["\(tally.passed) passed"]
    if tally.red > 0 { parts.append(screen.style.paint("\(tally.red) red", .bad)) }
    if tally.known > 0 { parts.append("\(tally.known) known") }
    if tally.skipped > 0 { parts.append("\(tally.skipped) skipped") }
    return parts.joined(separator: ", ")
  }

  private func redLine(_ result: CaseResult) -> String {
    let planned = result.planned
    let word = screen.style.paint("✗ " + result.verdict.rawValue.uppercased(), .bad)
    let why = [result.reason?.text, result.seen.map { "seen: \($0)" }].compactMap { $0 }
    let place = name(planned.kernel, planned.machine)
    let text = "  \(place)  \(planned.suite)/\(planned.name)"
    let tail = why.isEmpty ? "" : "  " + why.joined(separator: "; ")
    return word + Escaping.terminal(text + tail)
  }
}

/// The line that is redrawn.
extension LiveView {
  var screen: Screen { statusLine.screen }

  private mutating func update(_ kernel: String, _ change: (inout LiveActivity.Guest) -> Void) {
    activity.update(kernel, place: guest.isEmpty ? kernel : guest, change)
  }

  private mutating func line(_ text: String) { statusLine.line(text) }

  private mutating func drawStatus() {
    let view = self
    statusLine.draw { view.status(width: $0) }
  }
}
