import Foundation
import Glibc

/// A real process for the tests of what ends processes.
struct TestProcess {
  let pid: pid_t

  /// Starts a program; nil when it does not start.
  ///
  /// - Parameters:
  ///   - path: of the program.
  ///   - arguments: `argv[0]` included.
  init?(_ path: String, _ arguments: [String]) {
    var pid = pid_t()
    let copies: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { for copy in copies { free(copy) } }
    guard posix_spawn(&pid, path, nil, nil, copies, nil) == 0 else { return nil }
    self.pid = pid
  }

  /// Starts a program that sleeps, under a name of choice and with a file on its command line.
  static func sleeper(named name: String, with file: String) -> TestProcess? {
    TestProcess("/usr/bin/tail", [name, "-f", file])
  }

  /// Whether the process runs; a zombie does not.
  static func isRunning(_ pid: pid_t) -> Bool {
    let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)  // nil: gone
    return status.map { !$0.contains(") Z ") } ?? false
  }

  var isRunning: Bool { Self.isRunning(pid) }

  /// Kills and reaps it.
  func end() {
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }
}

/// Waits until a condition holds, for at most ten seconds; whether it came to hold.
func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<1_000 {
    if condition() { return true }
    usleep(10_000)
  }
  return condition()
}
