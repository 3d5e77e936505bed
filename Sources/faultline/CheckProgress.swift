internal import Foundation
internal import Kernels
internal import Reports
internal import Results
internal import Synchronization

/// Shows a check's events and its builds on standard error, and keeps the clock moving.
final class CheckProgress: Sendable {
  // The view writes to one stream and is touched only under the lock; its closures are what keeps it from being Sendable.
  private struct State: @unchecked Sendable {
    var view: CheckView
    /// What is being built.
    var building: CheckColumn?
    /// Of each guest's kernel, by its name.
    var releases: [String: String] = [:]
  }

  private let knownIssues: KnownIssues
  private let state: Mutex<State>
  private let ticker: Mutex<Task<Void, Never>?>

  init(_ knownIssues: KnownIssues) {
    self.knownIssues = knownIssues
    let terminal = Terminal()
    let began = ContinuousClock.now
    let style = TerminalStyle(
      isTerminal: terminal.isInteractive, environment: ProcessInfo.processInfo.environment)
    state = Mutex(
      State(
        view: CheckView(
          screen: LiveView.Screen(
            isTerminal: terminal.isInteractive, width: { Terminal().columns }, style: style,
            write: Terminal.err),
          elapsed: { ContinuousClock.now - began })))
    ticker = Mutex(nil)
    guard terminal.isInteractive else { return }
    let task = Task { [weak self] in
      // Cancelled: the check has ended.
      while (try? await Task.sleep(for: .milliseconds(500))) != nil {  // see above
        self?.state.withLock { $0.view.tick() }
      }
    }
    ticker.withLock { $0 = task }
  }

  /// Shows one event of the check.
  var note: @Sendable (CheckEvent) -> Void {
    { [self] event in
      state.withLock { state in
        if case .building(let column) = event { state.building = column }
        state.view.note(explained(event, &state))
      }
      if event == .ended { ticker.withLock { $0?.cancel() } }
    }
  }

  /// The event with the known issue, if there is one, that its result has.
  private func explained(_ event: CheckEvent, _ state: inout State) -> CheckEvent {
    switch event {
    case .run(let column, .guestUp(let guest)):
      state.releases[guest.kernel] = guest.release
      return .run(column, .guestUp(guest))
    case .run(let column, .caseEnded(var result)) where result.verdict.isRed:
      let release = state.releases[result.planned.kernel]
      result.knownIssue =
        knownIssues.issues.first {
          .today <= $0.expires && $0.explains(result, release: release)
        }?.id
      return .run(column, .caseEnded(result))
    default: return event
    }
  }

  /// Shows one event of a build.
  var builds: @Sendable (BuildEvent) -> Void {
    { [self] event in
      state.withLock { state in
        let column = state.building ?? CheckColumn(.base, of: 0)
        switch event {
        case .waiting(let kernel):
          state.view.note(.notice("\(kernel): another build works in the same tree; waiting"))
        case .configuring: break
        case .making(_, let steps, _):
          state.view.note(.compiled(column, objects: steps))
        case .built(let kernel) where state.building == nil:
          let seconds = kernel.record.milliseconds / 1_000
          state.view.note(.notice("\(kernel.record.name): built in \(seconds) s"))
        case .built, .cached: break
        }
      }
    }
  }
}
