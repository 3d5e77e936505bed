internal import Dispatch
internal import Foundation
internal import Machine
internal import Synchronization

/// SIGINT and SIGTERM: the first one ends the run in order, the second at once.
final class Signals: Sendable {
  // Dispatch sources are thread-safe; Dispatch does not say so to the compiler. Kept only so that they stay alive.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
  private let count = Mutex(0)

  /// Whether one has come.
  var hasFired: Bool { count.withLock { $0 > 0 } }

  /// Calls `onFirst` for the first signal; the second ends this process and all its guests.
  init(onFirst: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "signals")
    var sources: [any DispatchSourceSignal] = []
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number, SIG_IGN)
      sources.append(DispatchSource.makeSignalSource(signal: number, queue: queue))
    }
    self.sources = sources
    for source in sources {
      source.setEventHandler { [self] in
        let isFirst = count.withLock { count in
          count += 1
          return count == 1
        }
        guard isFirst else {
          KeyMode.leave()
          RunDirectory.removeAll()
          _exit(ExitStatus.interrupted.rawValue)
        }
        onFirst()
      }
      source.resume()
    }
  }
}
