internal import Foundation
internal import GuestProtocol
internal import Machine
internal import Results
internal import Synchronization

/// Listens to one suite program: its lines become events and a transcript.
final class SuiteEar: Sendable {
  /// What a case of ours, or a program that is not ours, may print; a thousand times what any does.
  static let maximumLines = 200_000
  static let maximumBytes = 32 << 20
  /// How much of a program's output is kept in the log.
  static let maximumLogBytes = 16 << 20

  private struct State {
    var reader = KTAPReader()
    var transcript: SuiteTranscript
    /// For a program that is not ours.
    var foreign: ForeignReader?
    var announced: [String: Verdict] = [:]
    /// Planned cases that were begun, and when the last of them was.
    var begun: Set<String> = []
    var changed: ContinuousClock.Instant
    /// When the last line came; the watch of each run knows when that began.
    var heard: ContinuousClock.Instant
    /// What came since the last case was begun.
    var lines = 0
    var bytes = 0
    var logBytes = 0
    var starvation = Starvation()
    /// The cases that waited in vain while the guest was starved.
    var starved: Set<String> = []

    mutating func take(_ event: KTAPEvent) -> [CaseResult] {
      if foreign != nil { return foreign?.take(event, into: &transcript) ?? [] }
      // A case that is announced again gets no more time, and no more room.
      if case .caseStarted(let name) = event, transcript.expects(name), begun.insert(name).inserted
      {
        changed = .now
        starvation.begin()
        lines = 0
        bytes = 0
      }
      return transcript.note(event).map { [$0] } ?? []
    }

    /// Keeps in mind a verdict that a guest with more of the host's processors might not have got.
    mutating func doubt(_ result: CaseResult) {
      guard starvation.isSeen, [.hang, .unexercised].contains(result.verdict) else { return }
      starved.insert(result.planned.name)
    }

    /// Counts a line; gives what is wrong when there were too many.
    mutating func count(_ line: Int) -> ListeningEnd? {
      lines += 1
      bytes += line
      if lines > maximumLines {
        return .flood("floods its output: over \(maximumLines) lines in one case")
      }
      if bytes > maximumBytes {
        return .flood("floods its output: over \(maximumBytes >> 20) MiB in one case")
      }
      return nil
    }
  }

  let suite: String
  private let kernel: String
  private let state: Mutex<State>
  private let log: FileHandle?
  private let isForKeeping: @Sendable (CaseResult) -> Bool
  private let report: @Sendable (RunEvent) -> Void

  /// An ear for one program, of ours or not; `log` gets every line it prints, nil keeps none.
  ///
  /// `isForKeeping` says of a result whether the guest is to stand still at once.
  init(
    _ suite: String, planned: [PlannedCase], isForeign: Bool = false, kernel: String,
    log: FileHandle?, isForKeeping: @escaping @Sendable (CaseResult) -> Bool = { _ in false },
    report: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.suite = suite
    self.kernel = kernel
    self.log = log
    self.isForKeeping = isForKeeping
    self.report = report
    var transcript = SuiteTranscript(suite: suite, planned: planned)
    // How it ends is the one case that runs all the time.
    if isForeign { transcript.note(.caseStarted(ForeignReader.exit)) }
    state = Mutex(
      State(
        transcript: transcript, foreign: isForeign ? ForeignReader() : nil, changed: .now,
        heard: .now))
  }

  /// Takes one line.
  ///
  /// - Throws: when there were too many, and the guest is not worth listening to; when it is to be kept.
  func hear(_ output: ProgramOutput) throws(ListeningEnd) {
    let line = Array((output.text + "\n").utf8)
    var events: [RunEvent] = []
    let end = state.withLock { state -> ListeningEnd? in
      keep(line, &state)
      state.heard = .now
      if let end = state.count(line.count) { return end }
      guard output.stream == .out else { return nil }
      var heard: [KTAPEvent] = []
      var end: ListeningEnd?
      state.reader.read(line) { heard.append($0) }
      for event in heard {
        if case .caseStarted(let name) = event, state.foreign == nil, state.transcript.expects(name)
        {
          events.append(.caseStarted(kernel: kernel, suite: suite, name: name))
        }
        for result in state.take(event) {
          state.announced[result.planned.name] = result.verdict
          state.doubt(result)
          events.append(.caseEnded(result))
          if isForKeeping(result) { end = .kept }
        }
      }
      return end
    }
    events.forEach(report)
    if let end { throw end }
  }

  /// Writes a line to the log, up to its bound.
  private func keep(_ line: [UInt8], _ state: inout State) {
    guard let log, state.logBytes <= Self.maximumLogBytes else { return }
    state.logBytes += line.count
    let isEnd = state.logBytes > Self.maximumLogBytes
    let note = "[faultline: the log of \(suite) ends here, at \(Self.maximumLogBytes >> 20) MiB]\n"
    // The log is for people; a full disk costs it, not the run.
    try? log.write(contentsOf: Data(isEnd ? Array(note.utf8) : line))  // see above
  }

  /// Takes in how the program ended.
  func end(_ run: ProgramRun) {
    note { transcript in
      switch run.end {
      case .ended(let end): transcript.ended(end)
      case .guestGone(let end): transcript.guestEnded(end)
      case .refused(let reason):
        transcript.neverRan(because: Reason(.host, "init would not run the program: \(reason)"))
      case .deadline:
        transcript.deadlinePassed(
          waited: "\(run.duration.components.seconds) s",
          milliseconds: run.duration.wholeMilliseconds)
        transcript.ended(.signalled(9))
      }
    }
  }

  /// The case that runs now, and since when; between cases no name, and since when nothing was heard.
  var running: (name: String?, since: ContinuousClock.Instant) {
    state.withLock { state in
      state.transcript.running.map { ($0, state.changed) } ?? (nil, state.heard)
    }
  }

  /// Takes in how long the guest's processors have waited for the host's.
  func note(wait: Duration) {
    state.withLock { $0.starvation.note(wait) }
  }

  /// The cases whose verdict may be the host's doing, which kept the guest from running: to be tried once more.
  var starved: Set<String> { state.withLock { $0.starved } }

  /// How many results so far are red, those aside that are expected to be.
  func redCount(beside expected: Set<String>) -> Int {
    state.withLock { state in
      state.announced.count { $0.value.isRed && !expected.contains($0.key) }
    }
  }

  /// The planned cases that were not begun, in order; of a foreign program there is only one.
  var unbegun: [PlannedCase] {
    state.withLock { $0.foreign == nil ? $0.transcript.unbegun : [] }
  }

  /// Listens to the program from its beginning, for the cases that it did not come to.
  func listenAgain() {
    state.withLock { state in
      state.reader = KTAPReader()
      state.transcript.runsAgain()
    }
  }

  /// Changes the transcript with what the host knows.
  func note(_ change: (inout SuiteTranscript) -> Void) {
    state.withLock { change(&$0.transcript) }
  }

  /// The verdicts, and the splats that no case explains; reports what was not, or differently, announced.
  func conclude() -> (results: [CaseResult], stray: [SplatRecord]) {
    let (results, stray, announced) = state.withLock { state in
      var rest: [KTAPEvent] = []
      state.reader.finish { rest.append($0) }
      for event in rest { _ = state.take(event) }
      state.foreign?.finish(&state.transcript)
      let last = state.transcript.running
      for result in state.transcript.results() where result.planned.name == last {
        state.doubt(result)
      }
      return (state.transcript.results(), state.transcript.strayedSplats, state.announced)
    }
    for result in results {
      switch announced[result.planned.name] {
      case nil where result.waitsForAnotherGuest: break
      case nil: report(.caseEnded(result))
      case result.verdict: break
      case .some(let earlier): report(.caseRevised(result, from: earlier))
      }
    }
    return (results, stray)
  }
}
