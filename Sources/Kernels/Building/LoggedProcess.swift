import Foundation
import Glibc
import Subprocess
import SystemPackage

/// A program whose output goes to a file and is read while it grows.
///
/// The file is locked through the descriptor that the program and all its children inherit: as long
/// as one of them lives, even when this process was killed, nobody else gets the lock.
struct LoggedProcess {
  let program: String
  let arguments: [String]
  /// Variables to set, and with nil to remove.
  let environment: [String: String?]
  let log: String
  let deadline: Duration

  /// How often the log is looked at.
  private static let interval = Duration.milliseconds(200)
  /// What make gets to remove half-made files when it is told to stop.
  private static let grace = Duration.seconds(10)

  /// Runs the program to its end; `read` gets its output piece by piece.
  ///
  /// - Throws: `ChildFailure` when it cannot be started or is late; `Errno`; `CancellationError`.
  func run(read: @escaping @Sendable (String) -> Void) async throws -> TerminationStatus {
    let file = try FileDescriptor.open(
      FilePath(log), .writeOnly, options: [.create, .append, .closeOnExec],
      permissions: [.ownerReadWrite])
    defer { try? file.close() }  // what make wrote is in the file already
    try await lock(file)
    guard ftruncate(file.rawValue, 0) == 0 else { throw Errno(rawValue: errno) }
    let reader = Task { await follow(read) }
    let status: TerminationStatus
    do {
      status = try await execute(file)
    } catch {
      reader.cancel()
      await reader.value
      throw error
    }
    reader.cancel()
    await reader.value
    try Task.checkCancellation()
    return status
  }

  /// Waits a moment for a child that another task has forked and that is not past exec: it has the
  /// descriptor of the last log still.
  private func lock(_ file: FileDescriptor) async throws {
    let end = ContinuousClock.now + Self.grace
    while flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 {
      let error = Errno(rawValue: errno)
      guard error == .wouldBlock || error == .interrupted, ContinuousClock.now < end else {
        throw error
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  private func execute(_ file: FileDescriptor) async throws -> TerminationStatus {
    let status = try await withThrowingTaskGroup(of: TerminationStatus?.self) { group in
      group.addTask { try await start(file) }
      group.addTask {
        try await Task.sleep(for: deadline)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    guard let status else {
      throw ChildFailure(
        program: program, arguments: arguments, reason: .late(deadline), lastWords: "")
    }
    return status
  }

  private func start(_ file: FileDescriptor) async throws -> TerminationStatus {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)
    ]
    var changed: [Environment.Key: String?] = [:]
    for (key, value) in environment { changed[Environment.Key(stringLiteral: key)] = value }
    do {
      let result = try await Subprocess.run(
        .name(program), arguments: Arguments(arguments),
        environment: .inherit.updating(changed), platformOptions: options,
        output: .fileDescriptor(file, closeAfterSpawningProcess: false),
        error: .fileDescriptor(file, closeAfterSpawningProcess: false))
      return result.terminationStatus
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw ChildFailure(
        program: program, arguments: arguments, reason: .notStarted(String(describing: error)),
        lastWords: "")
    }
  }

  /// Hands on what is new in the log until cancelled, and then the rest.
  private func follow(_ read: @Sendable (String) -> Void) async {
    guard let handle = FileHandle(forReadingAtPath: log) else { return }
    defer { try? handle.close() }  // it was only read
    var isLast = false
    while true {
      // A log that cannot be read any more only costs the progress line.
      if let data = try? handle.readToEnd() {  // see above
        read(String(decoding: data, as: UTF8.self))
      }
      if isLast { return }
      do { try await Task.sleep(for: Self.interval) } catch { isLast = true }
    }
  }
}
