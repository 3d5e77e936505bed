import Foundation
import Results
import Subprocess
import SystemPackage

/// The built `bin/faultline` with a home of its own that has the suite of trouble and those asked for.
struct Harness {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Holds the home and the run's directory.
  let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("faultline-test-\(UUID().uuidString)")

  /// Makes the home; `make test` has built what it links to.
  init(suites: [String] = []) throws {
    let guest = directory.appendingPathComponent("bin/guest")
    try FileManager.default.createDirectory(at: guest, withIntermediateDirectories: true)
    let own = [
      ("bin/guest/init", "bin/guest/init"), ("bin/guest/escort", "bin/guest/escort"),
      ("bin/guest/test-trouble", "bin/guest/test/test-trouble"), ("kernels", "kernels"),
    ]
    let others = suites.map {
      ("bin/guest/" + ($0.split(separator: "/").last ?? ""), "bin/guest/" + $0)
    }
    for (link, target) in own + others {
      try FileManager.default.createSymbolicLink(
        at: directory.appendingPathComponent(link),
        withDestinationURL: Self.root.appendingPathComponent(target))
    }
  }

  /// What a run did.
  struct Outcome {
    let status: TerminationStatus
    let run: Run
    let err: String
    let console: String
    /// QEMU processes of the run that were alive when it had ended.
    let leftovers: Int
    /// The most QEMU processes seen while it ran: proof that the count can see one.
    let seen: Int
    /// The most memory that faultline itself had, in KiB.
    let peak: Int
  }

  private var files: URL { directory.appendingPathComponent("run") }

  /// What is done to a run's process, once its programs' output holds a text, or a while after its start.
  struct Meddling: Sendable {
    /// Whether it is time, by the log of the programs and the age of the process.
    let isDue: @Sendable (URL, Duration) -> Bool
    let act: @Sendable (pid_t) -> Void

    init(at moment: String, _ act: @Sendable @escaping (pid_t) -> Void) {
      isDue = { log, _ in
        guard let data = FileManager.default.contents(atPath: log.path) else { return false }
        return String(decoding: data, as: UTF8.self).contains(moment)
      }
      self.act = act
    }

    init(after delay: Duration, _ act: @Sendable @escaping (pid_t) -> Void) {
      isDue = { _, age in age >= delay }
      self.act = act
    }

  }

  /// Puts the files of the last run aside.
  ///
  /// - Returns: its `run.json`, which may be missing.
  func moveRun(to name: String) throws -> URL {
    let place = directory.appendingPathComponent(name)
    if FileManager.default.fileExists(atPath: files.path) {
      try FileManager.default.moveItem(at: files, to: place)
    }
    return place.appendingPathComponent("run.json")
  }

  /// Runs `faultline run`, with the programs of `tools` before all others.
  func run(
    _ arguments: [String], tools: URL? = nil, _ meddling: Meddling...
  ) async throws -> Outcome {
    let log = files.appendingPathComponent("output.log")
    let inherited = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let path = tools.map { $0.path + ":" + inherited } ?? inherited
    let words = ["run", "--accel", "tcg", "--out", files.path] + arguments
    let home = directory.path
    let result = try await Turn.take {
      try await Subprocess.run(
        .path(FilePath(Self.root.appendingPathComponent("bin/faultline").path)),
        arguments: Arguments(words),
        environment: .inherit.updating([
          "FAULTLINE_HOME": home, "PATH": path, "XDG_STATE_HOME": home,
        ]),
        input: .none, output: .discarded, error: .string(limit: 1 << 20)
      ) { execution -> (pid: pid_t, seen: Int, peak: Int) in
        let pid = execution.processIdentifier.value
        let (seen, peak) = await Self.watch(pid, log, meddling)
        return (pid, seen, peak)
      }
    }
    let watched = result.closureResult
    // There is none when nothing was booted.
    let console = FileManager.default.contents(
      atPath: files.appendingPathComponent("console.log").path)
    return Outcome(
      status: result.terminationStatus, run: try savedRun(), err: result.standardError,
      console: String(decoding: console ?? Data(), as: UTF8.self),
      leftovers: try await leftovers(of: watched.pid), seen: watched.seen, peak: watched.peak)
  }

  /// Watches a process to its end, on a thread of its own: other tests may keep the pool busy for long.
  ///
  /// - Returns: the most QEMU processes it had at once, and the most memory.
  private static func watch(
    _ pid: pid_t, _ log: URL, _ meddling: [Meddling]
  ) async -> (seen: Int, peak: Int) {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        var seen = 0
        var peak = 0
        var pending = meddling
        let start = ContinuousClock.now
        while isAlive(pid) {
          seen = max(seen, emulators(of: pid).count)
          peak = max(peak, peakMemory(of: pid))
          if let index = pending.firstIndex(where: { $0.isDue(log, ContinuousClock.now - start) }) {
            pending.remove(at: index).act(pid)
          }
          usleep(20_000)
        }
        continuation.resume(returning: (seen, peak))
      }
    }
  }

  /// The most memory that a process has had so far, in KiB; 0 when it is gone.
  private static func peakMemory(of pid: pid_t) -> Int {
    let status = FileManager.default.contents(atPath: "/proc/\(pid)/status") ?? Data()
    let line = String(decoding: status, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix("VmHWM:") }
    let number = line?.split { $0 == " " || $0 == "\t" }.dropFirst().first
    return number.flatMap { Int($0) } ?? 0
  }

  private func savedRun() throws -> Run {
    let file = files.appendingPathComponent("run.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return Run(id: "none") }
    return try JSONDecoder().decode(Run.self, from: Data(contentsOf: file))
  }

  /// What is left of a run's QEMUs and files; a killed run's guard gets a few seconds.
  func leftovers(of pid: pid_t) async throws -> Int {
    var left = 0
    for _ in 0..<100 {
      let files = try FileManager.default.contentsOfDirectory(atPath: "/tmp")
        .count { $0.hasPrefix("faultline-\(geteuid())-\(pid)-") }
      left = Self.emulators(of: pid).count + files
      if left == 0 { return 0 }
      try await Task.sleep(for: .milliseconds(100))
    }
    return left
  }

  /// Removes everything.
  func remove() {
    // A leftover in the temporary folder harms nobody.
    try? FileManager.default.removeItem(at: directory)  // see above
  }

  static func isAlive(_ pid: pid_t) -> Bool {
    guard kill(pid, 0) == 0 else { return false }
    // It may fail for a moment while this process is busy; that is not the other one's end.
    guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return true }
    return !String(decoding: stat, as: UTF8.self).contains(") Z ")
  }

  /// How many QEMUs have a command line that names a run directory of this process.
  static func emulators(of pid: pid_t) -> [pid_t] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []  // never
    return names.compactMap { pid_t($0) }.filter { process in
      guard let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else {
        return false
      }
      let line = String(decoding: words, as: UTF8.self)
      return line.contains("qemu-system") && line.contains("/faultline-\(geteuid())-\(pid)-")
    }
  }
}
