import Subprocess
import SystemPackage

/// One run of another program whose output is collected, bounded in time and size.
struct ChildProcess {
  /// More than any listing needs; a program that writes more has failed.
  private static let outputLimit = 8 << 20

  let program: String
  let arguments: [String]
  let environment: [String: String]
  let directory: String?
  let deadline: Duration

  /// Describes a run; `environment` is added to this process's own.
  init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    directory: String? = nil, deadline: Duration
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
    self.deadline = deadline
  }

  /// What a run left, whatever its status.
  struct Ending: Sendable {
    let status: TerminationStatus
    let output: String
    let errors: String

    var succeeded: Bool { status == .exited(0) }
  }

  /// Runs the program and returns its standard output.
  ///
  /// - Throws: `ChildFailure` unless it ends with status 0 in time; `CancellationError`.
  func output() async throws -> String {
    let ending = try await run()
    switch ending.status {
    case .exited(0): return ending.output
    case .exited(let code): throw failure(.exited(code), ending)
    case .signaled(let signal): throw failure(.killed(signal: signal), ending)
    }
  }

  /// Runs the program to its end; when the deadline passes first, it and its children are killed.
  ///
  /// - Throws: `ChildFailure` when it cannot be started or is late; `CancellationError`.
  func run() async throws -> Ending {
    let ending = try await withThrowingTaskGroup(of: Ending?.self) { group in
      group.addTask { try await self.collect() }
      group.addTask {
        try await Task.sleep(for: self.deadline)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next() ?? nil
    }
    try Task.checkCancellation()
    guard let ending else { throw failure(.late(deadline), nil) }
    return ending
  }

  private func collect() async throws -> Ending {
    var options = PlatformOptions()
    // A group of its own, so that apt's download methods end with apt.
    options.processGroupID = 0
    options.teardownSequence = [
      .gracefulShutDown(
        toProcessGroup: true, allowedDurationToNextStep: FetchDeadline.grace)
    ]
    var added: [Environment.Key: String?] = ["LC_ALL": "C"]
    for (key, value) in environment { added[Environment.Key(stringLiteral: key)] = value }
    do {
      let result = try await Subprocess.run(
        .name(program), arguments: Arguments(arguments),
        environment: .inherit.updating(added),
        workingDirectory: directory.map { FilePath($0) }, platformOptions: options,
        output: .string(limit: Self.outputLimit), error: .string(limit: Self.outputLimit))
      return Ending(
        status: result.terminationStatus, output: result.standardOutput,
        errors: result.standardError)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw failure(.notFound, nil)
    } catch let error as SubprocessError {
      try Task.checkCancellation()
      throw failure(.notStarted(String(describing: error)), nil)
    }
  }

  private func failure(_ reason: ChildFailure.Reason, _ ending: Ending?) -> ChildFailure {
    let words = ending.map { $0.errors.isEmpty ? $0.output : $0.errors } ?? ""
    let lines = words.split(separator: "\n").suffix(6).map(\.trimmed)
    return ChildFailure(
      program: program, arguments: arguments, reason: reason,
      lastWords: lines.joined(separator: "; "))
  }
}
