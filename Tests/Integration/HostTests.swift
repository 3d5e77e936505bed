import Foundation
import GuestProtocol
import Subprocess
import Testing

/// The suite programs by themselves, on this machine, by a user without privileges.
///
/// What needs root, swap, huge pages or a setting of the machine is skipped there; the rest must hold on any kernel but
/// for what is known.
@Suite struct HostTests {
  static let suites = [
    "cow", "fork", "migrate", "pagemap", "race", "softdirty", "state", "swap", "thp",
    "uffdwp-anon", "uffdwp-hugetlb", "uffdwp-shmem",
  ]

  @Test("a suite program runs on the host, and skips what it may not do", arguments: suites)
  func runs(_ name: String) async throws {
    let command = try Command()
    defer { command.remove() }
    let folder = command.directory
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
    let program = folder.appendingPathComponent(name)
    try FileManager.default.copyItem(
      at: Command.root.appendingPathComponent("bin/guest/" + name), to: program)
    let user = ["--reuid", "65534", "--regid", "65534", "--clear-groups", program.path]
    let isRoot = geteuid() == 0
    func results(_ arguments: [String] = []) async throws -> (cases: [String: Bool], out: String) {
      let outcome = try await command.run(
        isRoot ? "setpriv" : program.path, (isRoot ? user : []) + arguments)
      #expect([.exited(0), .exited(1), .exited(4)].contains(outcome.status), "\(outcome.err)")
      var cases: [String: Bool] = [:]
      var reader = KTAPReader()
      reader.read(outcome.out.utf8) { event in
        if case .point(let point) = event { cases[point.name] = point.ok }
      }
      return (cases, outcome.out)
    }
    let first = try await results()
    let listed = try await command.run(program.path, ["--list"])
    #expect(first.cases.count == listed.out.split(separator: "\n").count)
    let known = try Self.knownCases()
    var wrong = first.cases.filter { name, ok in
      !ok && !known.contains { Glob($0).matches(name) }
    }.keys.sorted()
    var out = first.out
    // Everybody else on this machine has a hand in its counts of huge pages and pins: what holds, holds one time of three.
    for _ in 0..<3 where !wrong.isEmpty {
      let again = try await results(["--filter=" + wrong.joined(separator: ",")])
      wrong = again.cases.filter { !$0.value }.keys.sorted()
      out = again.out
    }
    #expect(wrong.isEmpty, "\(wrong)\n\(out.suffix(4000))")
  }

  /// Every suite is tried above.
  @Test("no suite program is left out")
  func all() throws {
    let folder = Command.root.appendingPathComponent("bin/guest").path
    let found = try FileManager.default.contentsOfDirectory(atPath: folder)
    let others = ["init", "escort", "test"]
    #expect(found.filter { !others.contains($0) && !$0.hasPrefix(".") }.sorted() == Self.suites)
  }

  /// The cases that some kernel is known to fail.
  private static func knownCases() throws -> [String] {
    let file = Command.root.appendingPathComponent("kernels/known-issues.yaml")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
      let line = line.trimmingCharacters(in: .whitespaces)
      return line.hasPrefix("case: ") ? String(line.dropFirst("case: ".count)) : nil
    }
  }
}
