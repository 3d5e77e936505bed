import Foundation
import GuestProtocol
import Reports
import Results
import Testing

@Suite struct KTAPReportTests {
  private func ktap(_ run: Run) -> String {
    var text = ""
    KTAPReport().write(run, to: &text)
    return text
  }

  private func events(_ text: String) -> [KTAPEvent] {
    var reader = KTAPReader()
    var events: [KTAPEvent] = []
    reader.read(text.utf8) { events.append($0) }
    return events
  }

  @Test("three levels: kernel, suite, case")
  func snapshot() throws {
    try expectSnapshot(ktap(ExampleRun.run().run), "results-ktap")
  }

  @Test("every verdict, red and known")
  func verdicts() throws {
    let results = Verdict.allCases.flatMap { verdict in
      [nil, "an-issue"].map { issue in
        CaseResult(
          PlannedCase(
            kernel: "k", machine: "m", suite: "s",
            name: verdict.rawValue + (issue == nil ? "" : "-known")),
          verdict, reason: Reason(.other, "the # reason"), expected: "e", seen: "s",
          durationMilliseconds: 3, knownIssue: verdict.isRed ? issue : nil)
      }
    }
    try expectSnapshot(ktap(Run(id: "r", results: results)), "results-ktap-verdicts")
  }

  @Test("every plan is met, on every level")
  func plans() {
    var open: [Int: Int] = [:]
    for event in events(ktap(ExampleRun.run().run)) {
      switch event {
      case .plan(let count, _, let depth): open[depth] = count
      case .point(let point):
        open[point.depth, default: 0] -= 1
        // What a level holds must be complete before its own result stands.
        #expect(open[point.depth + 1, default: 0] == 0)
      default: break
      }
    }
    #expect(open.values.allSatisfy { $0 == 0 })
  }

  @Test("a level that is ok holds nothing that is not")
  func levels() {
    var failedBelow: [Int: Bool] = [:]
    for case .point(let point) in events(ktap(ExampleRun.run().run)) {
      if failedBelow[point.depth + 1] ?? false { #expect(!point.ok) }
      failedBelow[point.depth + 1] = false
      if !point.ok { failedBelow[point.depth] = true }
    }
  }

  @Test("no test has its parent's name, which kunit.py would take for the parent's result")
  func names() {
    let text = ktap(ExampleRun.run().run)
    #expect(text.contains("    ok 1 boot/boot # time_ms=1412\n  ok 1 boot\n"))
    var parents: [Int: String] = [:]
    for line in text.split(separator: "\n") {
      let indent = line.prefix { $0 == " " }.count
      if let range = line.range(of: "# Subtest: ") {
        parents[indent] = String(line[range.upperBound...])
      } else if let parent = parents[indent] {
        #expect(!line.hasSuffix(" " + parent))
      }
    }
  }

  @Test("names and texts cannot forge lines or directives")
  func hostile() {
    let evil = "x # SKIP\nok 9 forged"
    let result = CaseResult(
      PlannedCase(kernel: evil, machine: "m", suite: evil, name: evil), .fail,
      reason: Reason(.failed, evil), expected: evil, seen: evil, evidence: [evil: evil])
    let points = events(ktap(Run(id: "r", results: [result]))).compactMap { event in
      if case .point(let point) = event { point } else { nil }
    }
    #expect(points.count == 3)
    #expect(points.allSatisfy { !$0.ok && $0.directive == nil })
  }
}
