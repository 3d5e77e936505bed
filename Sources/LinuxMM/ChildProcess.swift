internal import CLinuxMM

/// A forked copy of this process; killed and, if it dies in time, reaped when the value goes away.
public struct ChildProcess: ~Copyable {
  public let processID: Int32
  private var ended: End?
  private var isAbandoned = false

  /// How a process ended.
  public enum End: Equatable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    public var description: String {
      switch self {
      case .exited(let status): return "exit status \(status)"
      case .signalled(let number):
        guard let name = lmm_signal_name(number) else { return "signal \(number)" }
        return "SIG" + String(cString: name)
      }
    }
  }

  /// Forks and runs `body` in the child, whose exit status is what it returns; `fork(2)`.
  ///
  /// Only the forking thread lives on in the child. It dies with the parent. With `ownGroup` it leads a
  /// process group, so that its descendants can be killed with it.
  public init(ownGroup: Bool = false, running body: () -> Int32) throws(Errno) {
    let process = try checked(lmm_fork())
    if process == 0 {
      if ownGroup { lmm_setpgid(0, 0) }
      lmm_die_with_parent(9)
      lmm_exit(body())
    }
    if ownGroup { lmm_setpgid(process, process) }  // both sides, whoever comes first
    processID = process
  }

  deinit {
    guard ended == nil, !isAbandoned else { return }
    lmm_kill(processID, 9)
    var status: Int32 = 0
    for _ in 0..<50 where lmm_waitpid(processID, &status, 1) == 0 { lmm_sleep_ns(10_000_000) }
  }

  /// Waits for the end, at most so long; nil when it is still running then.
  public mutating func wait(milliseconds: UInt64) throws(Errno) -> End? {
    if let end = try endSoFar() { return end }
    let deadline = lmm_monotonic_ns() + milliseconds * 1_000_000
    let ending = Descriptor(adopting: try checked(lmm_pidfd_open(processID)))
    while true {
      let now = lmm_monotonic_ns()
      guard now < deadline else { return try endSoFar() }
      do throws(Errno) {
        _ = try ending.poll(milliseconds: Int32((deadline - now) / 1_000_000) + 1)
      } catch { if error != .interrupted { throw error } }
      if let end = try endSoFar() { return end }
      lmm_sleep_ns(1_000_000)  // it has ended, and a tracer holds it back
    }
  }

  /// How it ended; nil while it is running.
  private mutating func endSoFar() throws(Errno) -> End? {
    if let ended { return ended }
    var status: Int32 = 0
    guard try checked(lmm_waitpid(processID, &status, 1)) == processID else { return nil }
    let signal = lmm_wait_status_signal(status)
    ended = signal != 0 ? .signalled(signal) : .exited(lmm_wait_status_exit(status))
    return ended
  }

  /// Sends SIGKILL.
  public func kill() { lmm_kill(processID, 9) }

  /// Sends SIGKILL to the process group that this child leads.
  public func killGroup() { lmm_kill(-processID, 9) }

  /// Forgets the process: it is neither killed nor waited for.
  public mutating func abandon() { isAbandoned = true }

  /// Reports a deadly signal of this process as one line on the descriptor before dying of it.
  public static func reportCrashes(to descriptor: borrowing Descriptor) throws(Errno) {
    try checked(lmm_report_crashes_to(descriptor.rawValue))
  }
}
