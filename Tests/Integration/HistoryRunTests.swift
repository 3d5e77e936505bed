import Foundation
import Results
import Subprocess
import Testing

/// What a run leaves in the history; `make test` fetches the kernel.
@Suite("a run and the history", .serialized)
struct HistoryRunTests {
  @Test("a green run that cannot be imported ends with 69, whole, and says how to import it")
  func unwritable() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let outcome = try await harness.run([
      "--kernel", "debian-6.12", "--filter", "trouble.pass", "--history", "/proc/none/history.db",
    ])
    #expect(outcome.status == .exited(69), "\(outcome.err)")
    #expect(outcome.err.contains("warning: the run is not in the history: the history /proc/none"))
    #expect(outcome.run.results.map(\.verdict) == [.pass, .pass])
    // What tells two configurations apart stands in the run.
    #expect(outcome.run.guests[0].facts["config.USERFAULTFD"] == "y")

    let command = try Command()
    defer { command.remove() }
    let file = harness.directory.appendingPathComponent("run/run.json").path
    #expect(outcome.err.contains("import \(file)"))
    let imported = try await command.faultline(["import", file])
    #expect(imported.out == "\(outcome.run.id): 2 results\n")
    let same = try await command.faultline(["compare", "latest", file])
    #expect(same.status == .exited(0))
    #expect(same.out.contains("NO REGRESSION  2 unchanged"))
  }

  @Test("a run is in the history at its end, unless it is not wanted; a red one stays red")
  func kept() async throws {
    let command = try Command()
    defer { command.remove() }
    // Nothing can boot an empty file, which is a result.
    try command.write("", to: "bzImage")
    let run = ["run", "--accel", "tcg", "--kernel", "./bzImage", "--suite", "swap"]
    let first = try await command.faultline(run + ["--out", "one"])
    #expect(first.status == .exited(1), "\(first.err)")
    #expect(!first.err.contains("warning"))
    #expect(try await command.faultline(run + ["--no-history"]).status == .exited(1))
    let broken = try await command.faultline(run + ["--history", "/proc/none/history.db"])
    #expect(broken.status == .exited(1))
    #expect(broken.err.contains("warning: the run is not in the history"))
    let again = try await command.faultline(["import", "one"])
    #expect(again.out.hasSuffix("already there\n"), "\(again.out)\(again.err)")
    let runs = try await command.faultline(["runs", "--format", "json"])
    let listed = try JSONSerialization.jsonObject(with: Data(runs.out.utf8)) as? [[String: Any]]
    #expect(listed?.count == 1)
    #expect(listed?.first?["kernels"] as? [String] == ["./bzImage"])
  }
}
