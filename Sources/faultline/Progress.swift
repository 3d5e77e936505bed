internal import Foundation
internal import Reports
internal import Results
internal import Synchronization

/// Shows a run's events on standard error while it goes on, keeps the clock moving, and answers who asks.
final class Progress: Sendable {
  // The view writes to one stream and is touched only under the lock; its closures are what keeps it from being Sendable.
  private struct View: @unchecked Sendable {
    var live: LiveView
  }

  private let view: Mutex<View>
  private let ticker: Mutex<Task<Void, Never>?>
  private let requests: Mutex<StatusRequests?>

  /// A view that tells slow cases by their `pace`.
  init(knownIssues: KnownIssues, pace: CasePace) {
    let terminal = Terminal()
    let began = ContinuousClock.now
    let style = TerminalStyle(
      isTerminal: terminal.isInteractive, environment: ProcessInfo.processInfo.environment)
    view = Mutex(
      View(
        live: LiveView(
          screen: LiveView.Screen(
            isTerminal: terminal.isInteractive, width: { Terminal().columns }, style: style,
            write: Terminal.err),
          knownIssues: knownIssues, today: .today, pace: pace,
          elapsed: { ContinuousClock.now - began })))
    ticker = Mutex(nil)
    requests = Mutex(nil)
    let answers = StatusRequests.Answers(
      tell: { [weak self] in self?.view.withLock { $0.live.tell() } },
      hide: { [weak self] in self?.view.withLock { $0.live.hide() } },
      show: { [weak self] in self?.view.withLock { $0.live.tick() } })
    let listener = StatusRequests(takesKeys: terminal.isInteractive, answers)
    requests.withLock { $0 = listener }
    guard terminal.isInteractive else { return }
    let task = Task { [weak self] in
      // Cancelled: the run has ended.
      while (try? await Task.sleep(for: .milliseconds(500))) != nil {  // see above
        self?.view.withLock { $0.live.tick() }
      }
    }
    ticker.withLock { $0 = task }
  }

  /// Shows one event.
  var note: @Sendable (RunEvent) -> Void {
    { [self] event in view.withLock { $0.live.note(event) } }
  }

  /// Stops the clock, and gives the terminal back; nothing happens the second time.
  func end() {
    ticker.withLock { $0?.cancel() }
    requests.withLock { $0.take() }?.stop()
  }
}
