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
    var announced: [String: Verdict] = [:]
    var changed: ContinuousClock.Instant
  }

  let suite: String
  private let kernel: String
  private let state: Mutex<State>
  private let log: FileHandle?
  private let report: @Sendable (RunEvent) -> Void

  /// An ear for one program; `log` gets every line it prints, nil keeps none.
  init(
    _ suite: String, planned: [PlannedCase], kernel: String, log: FileHandle?,
    report: @escaping @Sendable (RunEvent) -> Void
  ) {
    self.suite = suite
    self.kernel = kernel
    self.log = log
    self.report = report
    state = Mutex(
      State(transcript: SuiteTranscript(suite: suite, planned: planned), changed: .now))
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
        if case .caseStarted(let name) = event {
          state.changed = .now
          events.append(.caseStarted(kernel: kernel, suite: suite, name: name))
        }
        guard let result = state.transcript.note(event) else { continue }
        state.announced[result.planned.name] = result.verdict
        state.changed = .now
        events.append(.caseEnded(result))
      }
    }
    events.forEach(report)
  }

  /// The case that runs now and since when; nil between cases.
  var running: (name: String, since: ContinuousClock.Instant)? {
    state.withLock { state in state.transcript.running.map { ($0, state.changed) } }
  }

  /// How many results so far are red, known issues included.
  var redCount: Int { state.withLock { $0.announced.values.count(where: \.isRed) } }

  /// Changes the transcript with what the host knows.
  func note(_ change: (inout SuiteTranscript) -> Void) {
    state.withLock { change(&$0.transcript) }
  }

  /// The verdicts, and the splats that no case explains; reports what was not, or differently, announced.
  func conclude() -> (results: [CaseResult], stray: [SplatRecord]) {
    let (results, stray, announced) = state.withLock { state in
      var rest: [KTAPEvent] = []
      state.reader.finish { rest.append($0) }
      for event in rest { state.transcript.note(event) }
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
