public import GuestKit
public import LinuxMM

/// A thread that stores one byte and says when the store went through: for stores that block.
public final class Writer: Sendable {
  private let monitor = Monitor()
  // Only touched inside the monitor.
  nonisolated(unsafe) private var isDone = false
  // As above.
  nonisolated(unsafe) private var thread: Int32 = 0

  /// Starts the thread; the store happens at once.
  public init(_ trial: Trial, to address: UInt64, _ value: UInt8) throws(CaseEnd) {
    do throws(Errno) {
      // Not joined: a thread that stays blocked ends with the case's process.
      _ = try Thread { [self] in
        let own = System.threadID
        monitor.locked { thread = own }
        Memory.store(address, value)
        monitor.locked {
          isDone = true
          monitor.notify()
        }
      }
    } catch { throw .error("starting a writer failed with \(error)") }
  }

  /// The thread that stores; 0 until it runs.
  public var threadID: Int32 { monitor.locked { thread } }

  /// Fails unless the store goes through within the time.
  public func expectDone(
    _ trial: Trial, _ when: String, within limit: Duration = .seconds(5)
  ) throws(CaseEnd) {
    let isDone = monitor.wait(milliseconds: limit.scaledMilliseconds) { self.isDone }
    try trial.expect(
      isDone, expected: "the blocked store goes through " + when,
      seen: "it is still blocked \(limit.scaledMilliseconds) ms later")
  }

  /// Fails if the store goes through within a moment.
  public func expectBlocked(_ trial: Trial, _ when: String) throws(CaseEnd) {
    let isDone = monitor.wait(milliseconds: 50) { self.isDone }
    try trial.expect(
      !isDone, expected: "the store stays blocked " + when, seen: "it went through")
  }
}
