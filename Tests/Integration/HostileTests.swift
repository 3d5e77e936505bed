import Foundation
import Results
import Subprocess
import Testing

/// A real guest that floods all it can reach.
@Suite("a guest that floods", .serialized)
struct HostileTests {
  @Test("costs its own cases, and neither the others, nor memory, nor disk")
  func flood() async throws {
    let harness = try Harness(suites: ["test/test-hostile"])
    defer { harness.remove() }
    let outcome = try await harness.run(["--kernel", "debian-6.12", "--suite", "test-hostile"])
    #expect(outcome.status == .exited(1))
    let verdicts = Dictionary(
      outcome.run.results.map { ($0.planned.name, $0.verdict) }, uniquingKeysWith: { $1 })
    for name in ["boot", "hostile.before", "hostile.between", "hostile.names"] {
      #expect(verdicts[name] == .pass, "\(name)")
    }
    let last = try #require(outcome.run.results.first { $0.planned.name == "hostile.last" })
    #expect(last.verdict == .pass, "\(last)")
    let output = try #require(
      outcome.run.results.first { $0.planned.name == "hostile.output" })
    #expect(output.verdict == .error)
    #expect(output.reason?.kind == .breach)
    // A kernel that is kept busy by its console is a hang; a quick one has passed.
    let kmsg = try #require(verdicts["hostile.kmsg"])
    #expect([.hang, .pass, .lost].contains(kmsg))
    let strangers = outcome.run.results.filter { $0.reason?.kind == .unplanned }
    #expect(strangers.allSatisfy { $0.verdict == .error })
    #expect(Set(outcome.run.results.map(\.planned)).count == outcome.run.results.count)
    #expect(outcome.peak > 0 && outcome.peak < 300 << 10, "\(outcome.peak) KiB")
    #expect(outcome.leftovers == 0)
    try checkFiles(harness.directory.appendingPathComponent("run"))
  }

  /// Only the files that a run has, and none of them large.
  private func checkFiles(_ directory: URL) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    let known: Set = ["run.json", "results.ktap", "console.log", "output.log", "splats"]
    #expect(Set(names).isSubset(of: known), "\(names)")
    for name in names {
      let path = directory.appendingPathComponent(name).path
      let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
      #expect(try #require(size) < 300 << 20, "\(name)")
    }
  }
}
