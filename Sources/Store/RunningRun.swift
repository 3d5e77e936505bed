package import Foundation

/// A run that goes on: the note that its process leaves beside the history, so that `faultline serve` finds it.
package struct RunningRun: Codable, Equatable, Sendable {
  /// The run's id.
  package let run: String
  /// Where its run.json is.
  package let directory: String
  package let pid: Int32
  /// When that process began, in clock ticks since the host's boot: a number is used again, the pair is not.
  package let processStart: UInt64

  private enum CodingKeys: String, CodingKey {
    case run, directory, pid
    case processStart = "process_start"
  }

  /// Notes larger than this are none of ours.
  private static let maximumBytes = 64 * 1024

  /// The folder of the notes of a history.
  private static func folder(_ history: String) -> URL {
    URL(fileURLWithPath: history + "-running")
  }

  private func file(_ history: String) -> URL {
    Self.folder(history).appendingPathComponent("\(pid).json")
  }

  /// Leaves the note of a run of this process.
  ///
  /// - Throws: what writing a file throws.
  package static func announce(
    _ run: String, in directory: URL, besides history: String
  ) throws -> RunningRun {
    let pid = getpid()
    let note = RunningRun(
      run: run, directory: directory.standardizedFileURL.path, pid: pid,
      processStart: start(of: pid) ?? 0)
    try FileManager.default.createDirectory(
      at: folder(history), withIntermediateDirectories: true)
    try JSONEncoder().encode(note).write(to: note.file(history), options: .atomic)
    return note
  }

  /// Takes the note away.
  package func withdraw(besides history: String) {
    // A note that stays says nothing once its process is gone.
    try? FileManager.default.removeItem(at: file(history))  // see above
  }

  /// The runs that go on, by id; notes of processes that are gone do not count.
  package static func all(besides history: String) -> [RunningRun] {
    // Nobody has left a note yet.
    let files = try? FileManager.default.contentsOfDirectory(  // see above
      at: folder(history), includingPropertiesForKeys: nil)
    return (files ?? []).prefix(1_000).compactMap { file in
      guard file.pathExtension == "json", let handle = FileHandle(forReadingAtPath: file.path)
      else { return nil }
      // A file that cannot be read, or holds something else, is no note.
      let data = try? handle.read(upToCount: maximumBytes)  // see above
      try? handle.close()  // nothing is lost
      let note = data.flatMap { try? JSONDecoder().decode(RunningRun.self, from: $0) }  // see above
      return note.flatMap { $0.isAlive ? $0 : nil }
    }.sorted { $0.run < $1.run }
  }

  private var isAlive: Bool { Self.start(of: pid) == processStart }

  /// Field 22 of /proc/PID/stat, counted behind the command's name, which may hold anything.
  private static func start(of pid: Int32) -> UInt64? {
    let path = "/proc/\(pid)/stat"
    guard let stat = try? String(contentsOfFile: path, encoding: .utf8),  // no file, no process
      let end = stat.lastIndex(of: ")")
    else { return nil }
    let fields = stat[end...].split(separator: " ")
    return fields.count > 20 ? UInt64(fields[20]) : nil
  }
}
