import Testing

@testable import Results

@Suite("what git bisect run is told")
struct BisectAnswerTests {
  private func run(_ boot: Verdict, _ cases: [(Verdict, known: Bool)]) -> Run {
    let planned = { PlannedCase(kernel: "k", machine: "m", suite: "swap", name: $0) }
    let results = cases.enumerated().map { index, item in
      CaseResult(
        planned("case-\(index)"), item.0, reason: Reason(.other, "because"),
        knownIssue: item.known ? "issue" : nil)
    }
    let up = CaseResult(
      .boot(kernel: "k", machine: "m"), boot, reason: boot == .pass ? nil : Reason(.boot, "dark"))
    return Run(id: "r", results: [up] + results)
  }

  @Test(
    "the verdicts of the cases decide",
    arguments: [
      ([(Verdict.pass, false), (.skip, false)], Int32(0)),
      ([(.pass, false), (.fail, false)], 1), ([(.crash, false)], 1), ([(.hang, false)], 1),
      ([(.error, false)], 1), ([(.unexercised, false)], 1),
      ([(.fail, true), (.pass, false)], 0),
      ([(.pass, false), (.lost, false)], 125), ([(.pass, false), (.missing, false)], 125),
      ([(.fail, false), (.missing, false)], 1), ([(.skip, false)], 125),
    ] as [([(Verdict, known: Bool)], Int32)])
  func cases(_ cases: [(Verdict, known: Bool)], _ status: Int32) {
    #expect(BisectAnswer(run(.pass, cases), judgesBoot: false).status == status)
  }

  @Test("a kernel that does not come up cannot be judged, unless its boot is what is judged")
  func boot() {
    let dead = run(.hang, [(.missing, false)])
    #expect(
      BisectAnswer(dead, judgesBoot: false) == .cannotTell("case-0 missing: dark"))
    #expect(BisectAnswer(dead, judgesBoot: true) == .bad("it does not come up: dark"))
    #expect(BisectAnswer(run(.lost, []), judgesBoot: true).status == 125)
    #expect(BisectAnswer(run(.pass, []), judgesBoot: true).status == 0)
  }
}
