import Foundation
import Results
import Subprocess
import Testing

/// Sixty cases, every third of which ends its guest in another way; `make test` builds the kernel, which can break on
/// request.
@Suite("a storm of trouble", .timeLimit(.minutes(10)))
struct StormTests {
  /// Where `make test` has written the path of the kernel.
  private static func kernel() throws -> String {
    let file = Harness.root.appendingPathComponent(".build/storm-kernel")
    return try String(contentsOf: file, encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// What the cases of trouble must come to, and what must be said of them.
  private static let expected: [(name: String, verdict: Verdict, text: String)] = [
    ("01-panic", .crash, "sysrq triggered crash"),
    ("02-null-write", .crash, "NULL pointer dereference in lkdtm_EXCEPTION"),
    ("03-bug", .crash, "kernel BUG at drivers/misc/lkdtm/bugs.c"),
    ("04-kthread-oops", .crash, "NULL pointer dereference in write_null"),
    ("05-irqs-off-loop", .hang, "its kernel is stuck"),
    ("06-preempt-off-loop", .hang, "its kernel is stuck"),
    ("07-spinlock-twice", .hang, "its kernel is stuck"),
    ("08-hung-task", .hang, "unkillable"),
    ("09-init-killed", .crash, "Attempted to kill init"),
    ("10-init-frozen", .hang, "its kernel runs, but its init answers no more"),
    ("11-flooded-port", .hang, "killed"), ("12-flooded-log", .hang, "killed"),
    ("13-oom-panic", .crash, "OOM"), ("14-oom-memcg", .fail, "OOM kill"),
    ("15-qemu-killed", .pass, ""), ("16-qemu-stopped", .pass, ""),
    ("17-stack-exhausted", .crash, "stack overflow"),
    ("18-list-corruption", .fail, "list_add corruption"),
    ("19-everybody-killed", .error, "signal 9"), ("20-never-ends", .hang, "killed"),
  ]

  @Test("all sixty get their verdict, and the forty that are healthy pass")
  func storm() async throws {
    let harness = try Harness(suites: ["test/test-storm"])
    defer { harness.remove() }
    let outcome = try await harness.run(
      ["--kernel", try Self.kernel(), "--machine", "small", "--suite", "test-storm"],
      Harness.Meddling(at: "# case storm.15-qemu-killed") { pid in
        for qemu in Harness.emulators(of: pid) { kill(qemu, SIGKILL) }
      },
      Harness.Meddling(at: "# case storm.16-qemu-stopped") { pid in
        for qemu in Harness.emulators(of: pid) { kill(qemu, SIGSTOP) }
      })
    #expect(outcome.status == .exited(1))
    let cases = outcome.run.results.filter { !$0.planned.isBoot }
    #expect(cases.count == 60)
    let healthy = cases.filter {
      $0.planned.name.hasSuffix("-before") || $0.planned.name.hasSuffix("-after")
    }
    #expect(healthy.count == 40)
    for result in healthy { #expect(result.verdict == .pass, "\(result)") }
    for (name, verdict, text) in Self.expected {
      let result = try #require(cases.first { $0.planned.name == "storm." + name })
      #expect(result.verdict == verdict, "\(name): \(result)")
      let words = [result.reason?.text ?? ""] + result.splats.map(\.title)
      #expect(text.isEmpty || words.contains { $0.contains(text) }, "\(name): \(words)")
    }
    #expect(outcome.leftovers == 0)
  }
}
