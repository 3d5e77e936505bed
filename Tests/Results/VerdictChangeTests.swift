import Results
import Testing

@Suite struct VerdictChangeTests {
  /// One row a verdict before; the columns are the verdicts after, in the order of the enumeration:
  /// pass, fail, skip, unexercised, error, crash, hang, lost, missing.
  static let table: [(from: Verdict, row: String)] = [
    (.pass, "= - - - - - - ? ?"),
    (.fail, "+ = ? ? ? - - ? ?"),
    (.skip, "+ - = ? ? - - ? ?"),
    (.unexercised, "+ ? ? = ? - - ? ?"),
    (.error, "+ ? ? ? = - - ? ?"),
    (.crash, "+ + ? ? ? = ? ? ?"),
    (.hang, "+ + ? ? ? ? = ? ?"),
    (.lost, "? ? ? ? ? ? ? = ?"),
    (.missing, "? ? ? ? ? ? ? ? ="),
  ]

  private static let marks: [VerdictChange: String] = [
    .worse: "-", .better: "+", .same: "=", .inconclusive: "?",
  ]

  @Test("every pair of verdicts has its class", arguments: table)
  func row(from: Verdict, row: String) {
    let found = Verdict.allCases.map { Self.marks[VerdictChange(from: from, to: $0)] ?? "" }
    #expect(found.joined(separator: " ") == row)
  }

  @Test("the table has a row for every verdict")
  func complete() {
    #expect(Self.table.map(\.from) == Verdict.allCases)
  }
}
