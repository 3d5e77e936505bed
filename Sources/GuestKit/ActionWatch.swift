internal import LinuxMM

/// Notices an access that does not come back: a fault whose resolution woke nobody.
///
/// The case's thread is the one that is stuck, so the resolver's thread looks here now and then and ends the
/// case's process as failed, with what was going on, long before the deadline would.
final class ActionWatch: Sendable {
  /// How long one watched action may take.
  static let limit = Duration.seconds(3)

  private let monitor = Monitor()
  // Only touched inside the monitor.
  nonisolated(unsafe) private var current: (what: String, deadline: UInt64)?

  /// An action begins.
  func begin(_ what: String) {
    let deadline = System.nanoseconds + ActionWatch.limit.scaledMilliseconds * 1_000_000
    monitor.locked { current = (what, deadline) }
  }

  /// It came back.
  func end() { monitor.locked { current = nil } }

  /// The action that is late, if one is.
  func overdue() -> String? {
    monitor.locked {
      guard let current, System.nanoseconds > current.deadline else { return nil }
      return current.what
    }
  }
}
