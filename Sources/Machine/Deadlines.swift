/// How long the host waits for what, on one accelerator.
///
/// Each is far beyond what a healthy guest needs, and short enough that a dead one does not stop the night.
package struct Deadlines: Sendable, Equatable {
  /// From the start of the vCPUs to the first `hello`.
  ///
  /// A healthy 6.12 takes 2.5 s under TCG; a debug kernel on a busy
  /// host ten times that.
  package var greeting: Duration
  /// For a program to be taken: 16 MiB at the slowest measured rate take 3 s.
  package var push: Duration
  /// From a program's own deadline, which the guest enforces, to the host's.
  package var overdue: Duration
  /// How long the port may be silent before the host asks whether the guest still lives.
  package var silence: Duration
  /// From `ping` to any record.
  ///
  /// A guest that is so busy that init gets no turn for this long is as good as dead.
  package var answer: Duration
  /// From an NMI to the kernel's backtrace and panic.
  package var interrogation: Duration
  /// For the backtraces that sysrq prints.
  package var backtraces: Duration
  /// From the end of the port to the rest of what tells how the guest ended: console, events, QEMU's exit status.
  package var settling: Duration
  /// From `poweroff` to QEMU's end.
  package var powerOff: Duration
  /// From SIGKILL to QEMU's end; a core of many gigabytes takes the kernel a while.
  package var exit: Duration

  /// - Parameters:
  ///   - accelerator: TCG guests run some ten times slower.
  ///   - scalePercent: 100 for the defaults; more on slow or loaded machines.
  package init(for accelerator: Accelerator, scalePercent: Int = 100) {
    let guest = (accelerator == .tcg ? 3 : 1) * max(scalePercent, 1)
    let host = max(scalePercent, 100)
    greeting = .milliseconds(300 * guest)
    push = .milliseconds(100 * guest)
    overdue = .milliseconds(20 * guest)
    silence = .milliseconds(20 * guest)
    answer = .milliseconds(100 * guest)
    interrogation = .milliseconds(15 * guest)
    backtraces = .milliseconds(7 * guest)
    settling = .milliseconds(20 * host)
    powerOff = .milliseconds(30 * guest)
    exit = .milliseconds(100 * host)
  }
}
