internal import Foundation
internal import Results
internal import Store
internal import Synchronization

/// Keeps a run's files up to date while it goes on, so that whatever kills this process costs a few seconds of results.
final class Checkpoints: Sendable {
  private struct State {
    var soFar: RunSoFar
    var isNew = true
    var hasFailed = false
  }

  /// How often the files are written, at most; a run so large that writing takes long is written less often.
  private static let interval = Duration.seconds(5)
  /// How many times as long as a write the wait after it is.
  private static let rest = 20

  private let state: Mutex<State>
  private let files: KeptRun
  private let began = ContinuousClock.now
  private let ticker: Mutex<Task<Void, Never>?>
  private let history: String?
  private let note: RunningRun?

  /// Begins; beside the history a note says that the run goes on, for `faultline serve`.
  init(_ directory: URL, id: String, seed: UInt64, besides history: String?) {
    files = KeptRun(directory)
    self.history = history
    // Without its note a run is not seen while it goes on, and is as good as any other.
    note = history.flatMap {
      try? RunningRun.announce(id, in: directory, besides: $0)  // see above
    }
    let started = Date.now.formatted(.iso8601)
    state = Mutex(State(soFar: RunSoFar(id: id, started: started, seed: seed)))
    ticker = Mutex(nil)
    let task = Task { [weak self] in
      var wait = Self.interval
      // Cancelled: the run has ended.
      while (try? await Task.sleep(for: wait)) != nil, let self {  // see above
        let took = ContinuousClock().measure { self.write() }
        wait = max(Self.interval, took * Self.rest)
      }
    }
    ticker.withLock { $0 = task }
  }

  /// Takes in one event; quick.
  func note(_ event: RunEvent) {
    state.withLock { state in
      state.soFar.note(event)
      state.isNew = true
    }
  }

  /// Ends it; no write is under way afterwards.
  func end() async {
    let task = ticker.withLock { $0.take() }
    task?.cancel()
    await task?.value
  }

  /// Takes the note away that the run goes on.
  func withdraw() {
    if let history { note?.withdraw(besides: history) }
  }

  private func write() {
    let soFar: RunSoFar? = state.withLock { state in
      defer { state.isNew = false }
      return state.isNew ? state.soFar : nil
    }
    guard let soFar else { return }
    let elapsed = (ContinuousClock.now - began) / .milliseconds(1)
    do {
      try files.keepResults(soFar.run(elapsedMilliseconds: Int(elapsed)))
      state.withLock { $0.hasFailed = false }
    } catch {
      // Said once: the end of the run tries again, and says where the results are then.
      let isNews = state.withLock { state in
        defer { state.hasFailed = true }
        return !state.hasFailed
      }
      if isNews {
        Terminal.err("warning: the results so far cannot be kept: \(KeptRun.words(error))\n")
      }
    }
  }
}
