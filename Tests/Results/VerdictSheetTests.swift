import Results
import Testing

@Suite struct VerdictSheetTests {
  private let plan = Plan(
    ["a", "b", "a"].map { PlannedCase(kernel: "k", machine: "m", suite: "s", name: $0) })

  @Test("an entry that stands twice in a plan is kept once")
  func unique() {
    #expect(plan.cases.map(\.name) == ["a", "b"])
  }

  @Test("closing turns every empty entry into missing, in the order of the plan")
  func closing() throws {
    var sheet = VerdictSheet(plan)
    try sheet.record(CaseResult(plan.cases[1], .pass))
    #expect(sheet.open == [plan.cases[0]])
    let results = sheet.closed { _ in Reason(.host, "no space") }
    #expect(results.map(\.verdict) == [.missing, .pass])
    #expect(results[0].reason == Reason(.host, "no space"))
  }

  @Test("an entry is filled once")
  func once() throws {
    var sheet = VerdictSheet(plan)
    try sheet.record(CaseResult(plan.cases[0], .pass))
    #expect(throws: VerdictSheet.Refusal.alreadyJudged(plan.cases[0], .pass)) {
      try sheet.record(CaseResult(plan.cases[0], .fail))
    }
    #expect(
      String(describing: VerdictSheet.Refusal.alreadyJudged(plan.cases[0], .pass))
        == "s/a on k ended before, with pass")
  }

  @Test("what stands in no plan is refused as planned and kept as unplanned")
  func unplanned() throws {
    var sheet = VerdictSheet(plan)
    let stranger = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "x")
    #expect(throws: VerdictSheet.Refusal.notPlanned(stranger)) {
      try sheet.record(CaseResult(stranger, .error))
    }
    sheet.recordUnplanned(CaseResult(stranger, .error))
    #expect(sheet.closed { _ in Reason(.host, "") }.map(\.planned.name) == ["a", "b", "x"])
  }
}
