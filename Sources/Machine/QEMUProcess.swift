internal import Foundation
internal import Glibc
internal import Libvirt
internal import Synchronization

/// The QEMU of one embedded guest, a child of this process by adoption: waited for, so that libvirt never polls for a
/// zombie, and killed without asking libvirt.
///
/// libvirt's own destroy sleeps 0.2 s between looks; after SIGKILL from here QEMU is gone in 5 ms.
final class QEMUProcess: Sendable {
  /// How the process ended.
  enum Exit: Equatable, Sendable {
    case exited(status: Int)
    case signalled(Int)
    /// Somebody else waited for it.
    case unknown
  }

  private struct State {
    var pid: pid_t?
    var exit: Exit?
    var isAbandoned = false
  }

  private let state = Mutex(State())
  private let pidFile: String

  /// Begins to look for the process, on a thread of its own that ends with it.
  ///
  /// - Parameters:
  ///   - pidFile: where libvirt writes the process id before QEMU runs.
  ///   - onExit: is called once, on that thread, when the process has ended.
  init(pidFile: String, onExit: @escaping @Sendable (Exit) -> Void) {
    self.pidFile = pidFile
    NativeThread.start("qemu-exit") { [self] in
      guard let pid = awaitPid() else { return }
      let exit = awaitExit(of: pid)
      onExit(exit)
    }
  }

  /// How it ended; nil while it runs, or was never seen.
  var exit: Exit? { state.withLock { $0.exit } }

  /// The process id; nil before libvirt has written it, and after the end.
  var pid: Int? { state.withLock { $0.exit == nil ? $0.pid.map(Int.init) : nil } }

  /// Ends the process at once; nothing happens when it has ended.
  func kill() {
    state.withLock { state in
      // Under the lock the process is not waited for yet, so the number cannot be another's.
      if state.exit == nil, let pid = state.pid { Glibc.kill(pid, SIGKILL) }
    }
  }

  /// What keeps a living process from doing anything, in words; nil when nothing does.
  var obstacle: String? {
    guard let pid,
      let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),  // just gone
      let state = text.split(separator: ")").last?.split(separator: " ").first
    else { return nil }
    return state == "T" || state == "t" ? "QEMU, process \(pid), is stopped" : nil
  }

  /// How long its virtual processors, taken together, were ready to run and had no processor of the host; nil when that is not
  /// known (`/proc/PID/schedstat`, in nanoseconds).
  var processorWait: Duration? {
    guard let pid else { return nil }
    let tasks = "/proc/\(pid)/task"
    let names = try? FileManager.default.contentsOfDirectory(atPath: tasks)  // just gone
    let waits = (names ?? []).compactMap { task -> Int? in
      guard text("\(tasks)/\(task)/comm")?.hasPrefix("CPU ") == true else { return nil }
      let numbers = text("\(tasks)/\(task)/schedstat")?.split { $0 == " " || $0 == "\n" } ?? []
      return numbers.count > 1 ? Int(numbers[1]) : nil
    }
    return waits.isEmpty ? nil : .nanoseconds(waits.reduce(0, +))
  }

  private func text(_ path: String) -> String? {
    try? String(contentsOfFile: path, encoding: .utf8)  // a thread that has just ended
  }

  /// Ends the process after a while, unless that is cancelled first.
  func killed(after delay: Duration) -> Task<Void, Never> {
    Task.detached { [self] in
      // Cancelled: it is no longer wanted.
      if (try? await Task.sleep(for: delay)) != nil { kill() }  // see above
    }
  }

  /// Gives up looking for a process that was never started.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
  }

  private func awaitPid() -> pid_t? {
    while true {
      if let text = try? String(contentsOfFile: pidFile, encoding: .utf8),  // not yet written
        let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
      {
        state.withLock { $0.pid = pid }
        return pid
      }
      if state.withLock({ $0.isAbandoned }) { return nil }
      usleep(2_000)
    }
  }

  /// Waits for the process, which becomes our child a moment after it is started.
  private func awaitExit(of pid: pid_t) -> Exit {
    var pause: UInt32 = 2_000
    while true {
      var info = siginfo_t()
      let result = waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT)
      if result == 0 { return reap(pid) }
      if errno == EINTR { continue }
      if Glibc.kill(pid, 0) != 0, errno == ESRCH {
        state.withLock { $0.exit = .unknown }
        return .unknown
      }
      usleep(pause)
      pause = min(pause * 2, 50_000)
    }
  }

  private func reap(_ pid: pid_t) -> Exit {
    state.withLock { state in
      var status: CInt = 0
      let result = waitpid(pid, &status, 0)
      let signal = Int(status & 0x7f)
      let exit: Exit =
        result != pid
        ? .unknown
        : signal == 0
          ? .exited(status: Int(status >> 8 & 0xff))
          : .signalled(signal)
      state.exit = exit
      return exit
    }
  }
}
