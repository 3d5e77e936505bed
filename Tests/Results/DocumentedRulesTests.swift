import Foundation
import Results
import Testing

/// `docs/verdicts.md` and `docs/series.md` are the contract; these tests keep them and the code the
/// same.
@Suite struct DocumentedRulesTests {
  private static let docs = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../docs")

  /// The rows of the table below a heading, cells without blanks around them.
  private func table(
    below heading: String, in name: String = "verdicts.md"
  ) throws -> [[String]] {
    let page = try String(contentsOf: Self.docs.appending(path: name), encoding: .utf8)
    let section = try #require(page.components(separatedBy: "\n## " + heading + "\n").last)
    let lines = section.components(separatedBy: "\n## ")[0].split(separator: "\n")
    return lines.filter { $0.hasPrefix("|") }.dropFirst(2).map { line in
      line.split(separator: "|").map {
        $0.trimmingCharacters(in: .whitespaces).replacing("`", with: "")
      }
    }
  }

  @Test("the page shows the rules, word for word and in order")
  func rules() throws {
    let documented = try table(below: "From observation to verdict").map { Array($0.suffix(2)) }
    #expect(documented == VerdictRules.table.map { [$0.when, $0.then] })
  }

  @Test("the page says of each verdict whether it turns a run red")
  func redness() throws {
    let documented = try table(below: "The nine verdicts")
    #expect(documented.map { $0[0] } == Verdict.allCases.map(\.rawValue))
    #expect(documented.map { $0[2] == "yes" } == Verdict.allCases.map(\.isRed))
  }

  @Test("the page lists every kind of reason")
  func reasons() throws {
    let documented = try table(below: "Reasons").map { $0[0] }
    #expect(documented == Reason.Kind.allCases.map(\.rawValue))
  }

  @Test("the page of series shows what every change of a verdict says")
  func changes() throws {
    let words: [VerdictChange: String] = [
      .worse: "worse", .better: "better", .same: "=", .inconclusive: "?",
    ]
    let documented = try table(below: "What a change says", in: "series.md")
    #expect(documented.map { $0[0] } == Verdict.allCases.map(\.rawValue))
    for (from, row) in zip(Verdict.allCases, documented) {
      #expect(
        Array(row.dropFirst()) == Verdict.allCases.map { words[VerdictChange(from: from, to: $0)] })
    }
  }
}
