internal import Kernels
internal import Results
internal import Synchronization

/// Lets through what the guests of a plan report, but the begin and the end of a suite once only, over however many
/// guests its cases are spread.
final class SuiteEvents: Sendable {
  private struct State {
    var begun: Set<String> = []
    var ended: Set<String> = []
    /// Suites of which more is left than the present guest is to do.
    var open: Set<String> = []
  }

  private let state = Mutex(State())
  private let next: @Sendable (RunEvent) -> Void

  init(_ next: @escaping @Sendable (RunEvent) -> Void) { self.next = next }

  /// A guest is to do `portion` of what is left.
  func begin(_ portion: GuestPlan, of plan: GuestPlan) {
    let names = portion.suites.map(\.suite.name)
    state.withLock { state in
      state.open = Set(names.filter { plan.count(of: $0) > portion.count(of: $0) })
    }
  }

  /// The guest has ended, and `rest` is left.
  func end(_ portion: GuestPlan, _ rest: GuestPlan?) {
    let kernel = portion.kernel.name
    for suite in portion.suites.map(\.suite.name) where rest?.count(of: suite) ?? 0 == 0 {
      let isNews = state.withLock { state in
        state.begun.contains(suite) && state.ended.insert(suite).inserted
      }
      if isNews { next(.suiteEnded(kernel: kernel, suite: suite)) }
    }
  }

  var report: @Sendable (RunEvent) -> Void {
    { [self] event in
      if state.withLock({ Self.isNews(event, &$0) }) { next(event) }
    }
  }

  private static func isNews(_ event: RunEvent, _ state: inout State) -> Bool {
    switch event {
    case .suiteStarted(_, let suite): return state.begun.insert(suite).inserted
    case .suiteEnded(_, let suite):
      return !state.open.contains(suite) && state.ended.insert(suite).inserted
    default: return true
    }
  }
}
