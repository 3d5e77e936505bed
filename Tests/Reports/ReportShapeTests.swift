import Foundation
import GuestProtocol
import KernelLog
import Results
import Testing

@testable import Reports

/// What the formats promise beyond their looks.
@Suite("what reports promise")
struct ReportShapeTests {
  private func junit(_ run: Run, _ flavor: JUnitReport.Flavor = .jenkins) -> String {
    var text = ""
    JUnitReport(flavor).write(run, to: &text)
    return text
  }

  @Test(
    "a file of JUnit is red exactly when the run is",
    arguments: Verdict.allCases, [nil, "an-issue"])
  func junitIsRed(verdict: Verdict, issue: String?) {
    let planned = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "n")
    let result = CaseResult(planned, verdict, knownIssue: verdict.isRed ? issue : nil)
    let run = Run(id: "r", results: [result])
    for flavor in JUnitReport.Flavor.allCases {
      let text = junit(run, flavor)
      let isClean = text.contains(
        "<testsuites name=\"faultline r\" tests=\"1\" failures=\"0\" errors=\"0\"")
      #expect(isClean == (run.exitStatus == 0))
      #expect((text.contains("<failure") || text.contains("<error")) == !isClean)
    }
  }

  @Test("GitLab gets no output to look for attachments in")
  func attachments() {
    var result = CaseResult(
      PlannedCase(kernel: "k", machine: "m", suite: "s", name: "n"), .pass,
      evidence: ["a": "[[ATTACHMENT|/etc/passwd]]"])
    #expect(junit(Run(id: "r", results: [result])).contains("<system-out>"))
    #expect(!junit(Run(id: "r", results: [result]), .gitlab).contains("ATTACHMENT"))
    result.verdict = .fail
    #expect(!junit(Run(id: "r", results: [result]), .gitlab).contains("<system-out>"))
  }

  private struct Objects: Decodable {
    struct One: Decodable {
      let id: String
      let path: String?
      let status: String?
    }
    let checkouts: [One]
    let builds: [One]
    let tests: [One]
    let incidents: [One]
  }

  private func kcidb(_ run: Run, _ report: KCIDBReport = KCIDBReport()) throws -> Objects {
    var text = ""
    try report.write(run, to: &text)
    return try JSONDecoder().decode(Objects.self, from: Data(text.utf8))
  }

  @Test("KCIDB ids stay the same, and differ where what they name differs")
  func ids() throws {
    let run = ReportSnapshotTests.verdicts
    let first = try kcidb(run)
    #expect(try kcidb(run).tests.map(\.id) == first.tests.map(\.id))
    #expect(Set(first.tests.map(\.id)).count == run.results.count)
    #expect(first.checkouts.count == 1 && first.builds.count == 1)
    let source = KCIDBReport.Source(
      repository: "https://example.org/x", commit: String(repeating: "a", count: 40))
    let other = try kcidb(run, KCIDBReport(origin: "me", source: source))
    #expect(other.checkouts[0].id.hasPrefix("me:ck-"))
    #expect(other.checkouts[0].id.dropFirst(3) != first.checkouts[0].id.dropFirst(10))
    #expect(first.incidents.count == run.results.count { $0.knownIssue != nil })
  }

  @Test(
    "a KCIDB path holds nothing that it may not",
    arguments: [
      ("swap-anon.out/4k", "faultline.s.swap-anon.out.4k"), ("a b:c/é", "faultline.s.a_b_c._"),
      ("..//..", "faultline.s"), ("", "faultline.s"),
    ])
  func paths(name: String, expected: String) {
    let planned = PlannedCase(kernel: "k", machine: "m", suite: "s", name: name)
    #expect(KCIDBPath.of(planned) == expected)
  }

  @Test("the boot test is what KernelCI calls one")
  func boot() {
    #expect(KCIDBPath.of(.boot(kernel: "k", machine: "m")) == "boot")
  }

  @Test("legs of a row that fail alike are told once, with the names of the others")
  func groups() {
    let results = ["a", "b", "c"].map {
      CaseResult(
        PlannedCase(kernel: "k", machine: "m", suite: "s", name: "s.row/\($0)"), .fail,
        seen: "frame \($0)")
    }
    let digest = RunDigest(Run(id: "r", results: results), knownIssues: KnownIssues())
    #expect(digest.failures.map(\.others) == [["s.row/b", "s.row/c"]])
    #expect(digest.title == "3 failures on k")
  }

  @Test("the log around a splat, and of a case that never ended")
  func excerpts() {
    let splat = SplatRecord(
      kind: .warning, title: "WARNING", fingerprint: "w", text: "[ 2.0] WARNING: x\n[ 2.1] RIP: y",
      fatal: false)
    let results = [
      CaseResult(
        PlannedCase(kernel: "k", machine: "m", suite: "s", name: "warns"), .fail, splats: [splat]),
      CaseResult(PlannedCase(kernel: "k", machine: "m", suite: "s", name: "hangs"), .hang),
    ]
    let noise = (1...40).map { "[ 1.\($0)] line \($0)\r\n" }.joined()
    let console =
      noise + "[ 2.0] WARNING: x\n[ 2.1] RIP: y\nafter\n"
      + "[ 3.0] faultline: case hangs start\nlast words\n[ 4.0] faultline: suite next start\nno more\n"
    let excerpts = ConsoleExcerpts(Run(id: "r", results: results), console: Array(console.utf8))
    let around = excerpts.around(splat)?.split(separator: "\n") ?? []
    #expect(around.first == "[ 1.29] line 29")
    #expect(around.contains("[ 2.1] RIP: y") && around.contains("after"))
    #expect(
      excerpts.afterStart(of: "hangs") == "[ 3.0] faultline: case hangs start\nlast words")
    #expect(excerpts.afterStart(of: "warns") == nil)
  }

  @Test("the log of a case that ended is not taken for one that did not")
  func ended() {
    let result = CaseResult(
      PlannedCase(kernel: "k", machine: "m", suite: "s", name: "n"), .lost)
    let console = "faultline: case n start\nx\nfaultline: case n end\n"
    let excerpts = ConsoleExcerpts(Run(id: "r", results: [result]), console: Array(console.utf8))
    #expect(excerpts.afterStart(of: "n") == nil)
  }
}
