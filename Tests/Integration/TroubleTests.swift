import Foundation
import Results
import Subprocess
import Testing

/// A real kernel in a real guest that fails in every way; `make test` fetches the kernel.
@Suite("a guest in trouble", .serialized)
struct TroubleTests {
  private func verdicts(_ run: Run) -> [String: Verdict] {
    Dictionary(run.results.map { ($0.planned.name, $0.verdict) }, uniquingKeysWith: { $1 })
  }

  @Test(
    "every case has its verdict: a panic costs its case, and the next guest goes on",
    arguments: ["none", "suite", "case"])
  func everyVerdict(_ isolation: String) async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let outcome = try await harness.run(["--kernel", "debian-6.12", "--isolate", isolation])
    // With none, the one after the panic.
    let restores: [String: Results.Fact] = ["none": 1, "suite": 2, "case": 9].mapValues {
      .number($0)
    }
    #expect(outcome.run.guests.map { $0.facts["restores"] } == [restores[isolation]])
    #expect(outcome.status == .exited(1))
    // Said once, and with it the live view knows which known issues the kernel has.
    #expect(outcome.err.components(separatedBy: "debian-6.12: up in ").count == 2, "\(outcome.err)")
    #expect(
      verdicts(outcome.run) == [
        "boot": .pass, "trouble.pass": .pass, "trouble.fail": .fail, "trouble.skip": .skip,
        "trouble.unexercised": .unexercised, "trouble.error": .error, "trouble.hang": .hang,
        "trouble.warning": .fail, "trouble.panic": .crash, "trouble.after": .pass,
      ])
    let panic = try #require(outcome.run.results.first { $0.planned.name == "trouble.panic" })
    #expect(panic.splats.map(\.title) == ["Kernel panic: sysrq triggered crash"])
    #expect(outcome.console.contains("faultline: case trouble.panic start"))
    #expect(outcome.leftovers == 0)
  }

  @Test(
    "Ctrl-C ends with 130, keeps what was found, calls the rest missing and leaves nothing",
    arguments: [SIGINT, SIGTERM])
  func interrupted(_ signal: Int32) async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let outcome = try await harness.run(
      ["--kernel", "debian-6.12"],
      Harness.Meddling(at: "# case trouble.hang") { kill($0, signal) })
    #expect(outcome.status == .exited(130))
    let verdicts = verdicts(outcome.run)
    #expect(verdicts["trouble.fail"] == .fail)
    #expect(verdicts["trouble.hang"] == .missing)
    #expect(verdicts["trouble.after"] == .missing)
    #expect(verdicts.count == 10)
    #expect(outcome.seen > 0)
    #expect(outcome.leftovers == 0)
  }

  @Test("a killed orchestrator leaves no QEMU and no files")
  func killed() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let outcome = try await harness.run(
      ["--kernel", "debian-6.12"],
      Harness.Meddling(at: "# case trouble.hang") { kill($0, SIGKILL) })
    #expect(outcome.status == .signaled(SIGKILL))
    #expect(outcome.seen > 0)
    #expect(outcome.leftovers == 0)
  }

  @Test("an image that is no kernel fails boot/boot with what was seen, and the rest is missing")
  func garbage() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let image = harness.directory.appendingPathComponent("bzImage")
    try Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }).write(to: image)
    let outcome = try await harness.run(["--kernel", image.path])
    #expect(outcome.status == .exited(1))
    let boot = try #require(outcome.run.results.first)
    #expect(boot.verdict == .fail)
    #expect(boot.reason?.text.contains("HdrS") == true, "\(boot)")
    #expect(outcome.run.results.dropFirst().allSatisfy { $0.verdict == .missing })
    #expect(outcome.leftovers == 0)
  }
}
