import Foundation
import Results
import Testing

@testable import Reports

/// docs/reports.md against what is written.
@Suite("the table of verdicts in docs/reports.md")
struct DocumentedReportsTests {
  /// The cells of each row, by verdict.
  private static func rows() throws -> [Verdict: [String]] {
    let file = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("docs/reports.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    var rows: [Verdict: [String]] = [:]
    for line in text.components(separatedBy: "\n") where line.hasPrefix("| `") {
      let cells = line.components(separatedBy: " | ").map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: "|` "))
      }
      if let verdict = Verdict(rawValue: cells[0]) { rows[verdict] = cells }
    }
    return rows
  }

  @Test("each verdict becomes what its row says", arguments: Verdict.allCases)
  func rows(verdict: Verdict) throws {
    let cells = try #require(try Self.rows()[verdict])
    let planned = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "n")
    let run = Run(id: "r", results: [CaseResult(planned, verdict, reason: Reason(.other, "text"))])
    var (ktap, junit, kcidb) = ("", "", "")
    KTAPReport().write(run, to: &ktap)
    JUnitReport().write(run, to: &junit)
    try KCIDBReport().write(run, to: &kcidb)

    let word = cells[1].hasPrefix("not ok") ? "not ok" : "ok"
    #expect(ktap.contains("\n    \(word) 1 n"))
    if let mark = cells[1].firstRange(of: "# ") {
      let directive = cells[1][mark.lowerBound...].prefix { $0 != ":" && $0 != "`" }
        .replacing("KIND", with: "other").replacing(" text", with: "")
      #expect(ktap.contains("1 n \(directive)"))
    }
    if cells[2] == "nothing inside the case" {
      #expect(junit.contains("name=\"n\" time=\"0.000\"/>"))
    } else {
      let tag = cells[2].dropFirst().prefix { $0.isLetter }
      #expect(junit.contains("<\(tag) message="))
      if let type = cells[2].firstMatch(of: /type="[a-z]+"/) { #expect(junit.contains(type.0)) }
    }
    #expect(kcidb.contains("\"status\" : \"\(cells[3])\""))
  }
}
