import Foundation
import Subprocess
import SystemPackage

/// The built `bin/faultline` in a temporary working directory.
struct Command {
  static let root = Harness.root

  /// The source that series are checked on; `make test` has fetched it and built its base.
  static let source = "debian-source-6.12"

  let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("faultline-test-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  struct Outcome {
    let status: TerminationStatus
    let out: String
    let err: String
  }

  /// Runs faultline to its end.
  func faultline(
    _ arguments: [String], environment: [Environment.Key: String?] = [:]
  ) async throws -> Outcome {
    try await Turn.take {
      try await run(Self.root.path + "/bin/faultline", arguments, environment: environment)
    }
  }

  /// Runs a program in the directory.
  @discardableResult
  func run(
    _ program: String, _ arguments: [String], environment: [Environment.Key: String?] = [:]
  ) async throws -> Outcome {
    // No test may write into the history of whoever runs it.
    let own = environment.merging(["XDG_STATE_HOME": directory.path]) { given, _ in given }
    let result = try await Subprocess.run(
      program.contains("/") ? .path(FilePath(program)) : .name(program),
      arguments: Arguments(arguments), environment: .inherit.updating(own),
      workingDirectory: FilePath(directory.path), output: .string(limit: 1 << 24),
      error: .string(limit: 1 << 22))
    return Outcome(
      status: result.terminationStatus, out: result.standardOutput, err: result.standardError)
  }

  /// Runs faultline and sends it SIGINT as soon as a file is there.
  func interrupted(_ arguments: [String], at file: String) async throws -> Outcome {
    let path = directory.appendingPathComponent(file).path
    let result = try await Turn.take {
      try await Subprocess.run(
        .path(FilePath(Self.root.path + "/bin/faultline")), arguments: Arguments(arguments),
        workingDirectory: FilePath(directory.path), input: .none, output: .string(limit: 1 << 24),
        error: .string(limit: 1 << 22)
      ) { execution in
        let pid = execution.processIdentifier.value
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
          Thread.detachNewThread {
            // A process that ends before the file is there is the test's failure, not its hang.
            while kill(pid, 0) == 0, !FileManager.default.fileExists(atPath: path) {
              usleep(20_000)
            }
            kill(pid, SIGINT)
            continuation.resume()
          }
        }
      }
    }
    return Outcome(
      status: result.terminationStatus, out: result.standardOutput, err: result.standardError)
  }

  /// Writes a file below the directory.
  func write(_ text: String, to name: String) throws {
    let file = directory.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  /// Removes everything.
  func remove() {
    // A leftover in the temporary folder harms nobody.
    try? FileManager.default.removeItem(at: directory)  // see above
  }
}

/// Patches for the real source.
enum Sample {
  /// The diff of a planted bug of kernels/mutants.
  static func mutant(_ name: String) throws -> String {
    let file = Command.root.appendingPathComponent("kernels/mutants/\(name).patch")
    let text = try String(contentsOf: file, encoding: .utf8)
    guard let start = text.range(of: "\n--- a/") else { return text }
    return String(text[text.index(after: start.lowerBound)...])
  }

  /// A diff that adds text above the first line of mm/mmzone.c.
  static func above(_ added: String) -> String { top(from: "", to: added) }

  /// A diff that replaces what an earlier one has put above the first line of mm/mmzone.c.
  static func top(from old: String, to new: String) -> String {
    let (before, after) = (old.split(separator: "\n"), new.split(separator: "\n"))
    let lines = before.map { "-" + $0 } + after.map { "+" + $0 }
    return """
      --- a/mm/mmzone.c
      +++ b/mm/mmzone.c
      @@ -1,\(3 + before.count) +1,\(3 + after.count) @@
      \(lines.joined(separator: "\n"))
       // SPDX-License-Identifier: GPL-2.0
       /*
        * linux/mm/mmzone.c

      """
  }

  /// A mail as a list archive keeps it.
  static func mail(_ subject: String, _ body: String, id: String) -> String {
    """
    From mboxrd@z Thu Jan  1 00:00:00 1970
    From: A Developer <developer@example.org>
    Date: Mon, 2 Nov 2026 10:00:00 +0000
    Subject: \(subject)
    Message-ID: <\(id)@example.org>

    A reason.

    ---
    \(body)--
    2.39.5


    """
  }
}
