import GuestProtocol
import Reports
import Results
import Testing

@Suite struct PlanReportTests {
  private let suites = [
    (name: "fork", cases: ["fork.a", "fork.b"]), (name: "swap", cases: ["swap.a"]),
  ]

  private func text(_ grid: PlanGrid, width: Int = 80, deadline: String? = nil) -> String {
    var text = ""
    PlanReport(width: width, deadline: deadline).write(grid, to: &text)
    return text
  }

  @Test("the grid has a table for each machine, the rules with what each leaves out, and the sum")
  func grid() throws {
    let grid = PlanGrid(
      kernels: ["debian-6.1", "debian-6.12"], machines: ["default", "small"], suites: suites,
      selection: .except([
        CaseSelection.Exclusion(machine: Glob("small"), suite: Glob("swap"), reason: "no swap"),
        CaseSelection.Exclusion(
          kernel: Glob("debian-6.1"), machine: Glob("small"), reason: "one is enough"),
      ]), repetitions: 3)
    try expectSnapshot(text(grid, deadline: "6 h"), "plan-grid")
  }

  @Test("kernels that do not fit go below")
  func narrow() {
    let grid = PlanGrid(
      kernels: ["kernel-1", "kernel-2", "kernel-3"], machines: ["m"], suites: suites,
      selection: .everything, repetitions: 1)
    let lines = text(grid, width: 28).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.allSatisfy { $0.count <= 28 })
    #expect(lines.filter { $0.hasPrefix("fork") }.count == 2)
    #expect(lines.dropLast().last == "9 cases in 3 guests or more")
  }
}
