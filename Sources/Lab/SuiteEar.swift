internal import Foundation
internal import GuestProtocol
internal import Machine
internal import Results
internal import Synchronization

/// Listens to one suite program: its lines become events and a transcript.
final class SuiteEar: Sendable {
  private struct State {
    var reader = KTAPReader()
    var transcript: SuiteTranscript
    /// For a program that is not ours.
    var foreign: ForeignReader?
    var announced: [String: Verdict] = [:]
    /// When a case was begun or, of our own programs, ended.
    var changed: ContinuousClock.Instant

    mutating func take(_ event: KTAPEvent) -> [CaseResult] {
      if foreign != nil { return foreign?.take(event, into: &transcript) ?? [] }
      guard let result = transcript.note(event) else { return [] }
      changed = .now
      return [result]
    }
  }

  let suite: String
  private let kernel: String
  private let state: Mutex<State>
  private let log: FileHandle?
  private let report: @Sendable (RunEvent) -> Void

  /// An ear for one program, of ours or not; `log` gets every line it prints, nil keeps none.
  init(
    _ suite: String, planned: [PlannedCase], isForeign: Bool = false, kernel: String,
    log: FileHandle?, report: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.suite = suite
    self.kernel = kernel
    self.log = log
    self.report = report
    var transcript = SuiteTranscript(suite: suite, planned: planned)
    // How it ends is the one case that runs all the time.
    if isForeign { transcript.note(.caseStarted(ForeignReader.exit)) }
    state = Mutex(
      State(
        transcript: transcript, foreign: isForeign ? ForeignReader() : nil, changed: .now))
  }

  /// Takes one line.
  func hear(_ output: ProgramOutput) {
    // The log is for people; a full disk costs it, not the run.
    try? log?.write(contentsOf: Data((output.text + "\n").utf8))  // see above
    guard output.stream == .out else { return }
    var events: [RunEvent] = []
    state.withLock { state in
      var heard: [KTAPEvent] = []
      state.reader.read(Array((output.text + "\n").utf8)) { heard.append($0) }
      for event in heard {
        if case .caseStarted(let name) = event, state.foreign == nil {
          state.changed = .now
          events.append(.caseStarted(kernel: kernel, suite: suite, name: name))
        }
        for result in state.take(event) {
          state.announced[result.planned.name] = result.verdict
          events.append(.caseEnded(result))
        }
      }
    }
    events.forEach(report)
  }

  /// The case that runs now and since when; nil between cases.
  var running: (name: String, since: ContinuousClock.Instant)? {
    state.withLock { state in state.transcript.running.map { ($0, state.changed) } }
  }

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
