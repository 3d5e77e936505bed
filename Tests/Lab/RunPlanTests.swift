import Foundation
import GuestProtocol
import Kernels
import Lab
import Machine
import Results
import Testing

@Suite("plans")
struct RunPlanTests {
  private static let kernelsFolder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "kernels")

  private static func suite(_ name: String, _ cases: [String]) -> Suite {
    Suite(
      name: name, program: URL(filePath: "/nowhere"), digest: "0",
      cases: cases.map {
        CaseListing(
          suite: name, name: $0, requirements: [], deadlineMilliseconds: 10_000, summary: "s")
      })
  }

  private static let suites = [
    suite("fork", ["fork-wp.keeps", "fork-wp.drops"]),
    suite("swap", ["swap-anon.out-in-keeps", "swap-shmem.out-in-keeps/tmpfs"]),
  ]

  private func plan(_ yaml: String, suites: [Suite] = Self.suites) throws -> RunPlan {
    let folder = Self.kernelsFolder
    return try RunPlan.parse(
      yaml, file: "p.yaml",
      kernels: KernelCatalog(contentsOf: folder.appending(path: "kernels.yaml").path),
      machines: MachineCatalog(contentsOf: folder.appending(path: "machines.yaml").path),
      suites: suites)
  }

  @Test("a plan that names kernels only runs every suite on the default machine")
  func least() throws {
    let plan = try plan("kernels: [debian-6.12]")
    #expect(plan.kernels == ["debian-6.12"])
    #expect(plan.machines.map(\.name) == ["default"])
    #expect(plan.suites.map(\.name) == ["fork", "swap"])
    #expect(plan.repetitions == 1 && plan.deadline == nil && plan.seed == nil)
    guard case .everything = plan.selection else { return #expect(Bool(false)) }
  }

  @Test("every key is read")
  func everything() throws {
    let plan = try plan(
      """
      kernels: [debian-6.1, debian-6.12]
      machines: [small, zswap]
      suites: [swap, fork]
      filter: ["swap-*", fork-wp.keeps]
      exclude:
        - kernel: debian-6.1
          machine: small
          reason: slow
        - suite: swap
          case: "*/tmpfs"
          reason: broken
      repeat: 3
      isolate: suite
      seed: 7
      deadline: 90 min
      baseline: {kernel: debian-6.1}
      red: any-change
      """)
    #expect(plan.baseline == .kernel("debian-6.1") && plan.redness == .anyChange)
    #expect(plan.machines.map(\.name) == ["small", "zswap"])
    #expect(plan.suites.flatMap { $0.cases.map(\.name) }.count == 3)
    #expect(
      plan.exclusions == [
        CaseSelection.Exclusion(
          kernel: Glob("debian-6.1"), machine: Glob("small"), reason: "slow"),
        CaseSelection.Exclusion(suite: Glob("swap"), name: Glob("*/tmpfs"), reason: "broken"),
      ])
    #expect(plan.repetitions == 3 && plan.isolation == .suite && plan.seed == 7)
    #expect(plan.deadline == .seconds(5_400))
  }

  @Test(
    "a deadline is a number with its unit",
    arguments: [("6 h", 21_600), ("2min", 120), ("30 s", 30)])
  func deadlines(_ text: String, _ seconds: Int) throws {
    #expect(
      try plan("kernels: [debian-6.12]\ndeadline: \(text)").deadline == .seconds(seconds))
  }

  @Test(
    "a baseline is the previous run, or one that is named",
    arguments: [("previous", PlanBaseline.previous), ("{run: results/a}", .run("results/a"))])
  func baselines(_ text: String, _ baseline: PlanBaseline) throws {
    #expect(try plan("kernels: [debian-6.12]\nbaseline: \(text)").baseline == baseline)
  }

  /// A line that is wrong below three that are not, and what is said of it.
  static let mistakes = [
    ("kernel: x", 4, "unknown key \"kernel\" in a plan; did you mean \"kernels\"?"),
    ("machines: [defualt]", 4, "there is no machine \"defualt\"; did you mean \"default\"?"),
    ("machines: [small, small]", 4, "\"small\" stands twice in \"machines\""),
    ("machines: small", 4, "\"machines\" must be a list of at least one text"),
    ("suites: [swpa]", 4, "there is no suite \"swpa\"; did you mean \"swap\"?"),
    (
      "filter: [swap-anon.out-in-keps]", 4,
      "no case of these suites matches \"swap-anon.out-in-keps\"; did you mean"
    ),
    ("repeat: 0", 4, "\"repeat\" is \"0\"; expected a number from 1 to 1000"),
    ("isolate: cases", 4, "\"isolate\" is \"cases\"; did you mean \"case\"?"),
    ("seed: -1", 4, "\"seed\" is \"-1\""),
    ("deadline: 6", 4, "expected a time up to a week, such as 6 h, 90 min or 30 s"),
    ("deadline: 8000 h", 4, "expected a time up to a week"),
    ("baseline: yesterday", 4, "\"baseline\" is \"yesterday\"; expected previous, {run: RUN}"),
    ("baseline: {kernel: debian-6.12}", 4, "\"debian-6.12\" is the only kernel of the plan"),
    ("baseline: {kernel: debian-6.1}", 4, "did you mean \"debian-6.12\"?"),
    ("baseline: {runs: x}", 4, "unknown key \"runs\" in \"baseline\"; did you mean \"run\"?"),
    ("baseline: {run: x, kernel: y}", 4, "names a run or a kernel, one of them"),
    ("red: regressions", 4, "\"red\" is \"regressions\", and there is no \"baseline\""),
    ("baseline: previous\nred: regresions", 5, "did you mean \"regressions\"?"),
    ("exclude: {}", 4, "\"exclude\" must be a list of rules"),
    ("exclude:\n  - suite: swap", 5, "lacks \"reason\""),
    ("exclude:\n  - reason: x", 5, "names no kernel, machine, suite or case"),
    (
      "exclude:\n  - suites: swap\n    reason: x", 5,
      "unknown key \"suites\" in a rule of \"exclude\"; did you mean \"suite\"?"
    ),
    (
      "exclude:\n  - suite: swap\n    reason: x\n  - reason: y\n    kernel: debian-6.1", 8,
      "no kernel of the plan matches \"debian-6.1\"; did you mean \"debian-6.12\"?"
    ),
    (
      "exclude:\n  - suite: fork\n    case: \"swap-*\"\n    reason: x", 5,
      "this rule excludes nothing"
    ),
    ("exclude:\n  - kernel: \"*\"\n    reason: x", 5, "\"exclude\" leaves no case to run"),
  ]

  @Test("what is wrong is said with its line, and the nearest name", arguments: mistakes)
  func mistake(_ text: String, _ line: Int, _ words: String) throws {
    let error = #expect(throws: CatalogError.self) {
      _ = try plan("# a plan\n\nkernels: [debian-6.12]\n\(text)\n")
    }
    #expect(error?.line == line)
    #expect(error?.problem.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test(
    "a kernel that nobody has is said with its line",
    arguments: [
      ("debian-6.21", "there is no kernel \"debian-6.21\"; did you mean"),
      ("./no/such/bzImage", "kernel ./no/such/bzImage does not exist"),
    ])
  func kernels(_ name: String, _ words: String) {
    let error = #expect(throws: CatalogError.self) { _ = try plan("kernels:\n  - \(name)") }
    #expect(error?.line == 2)
    #expect(error?.problem.contains(words) == true)
  }

  @Test("docs/ci.md has every key, and no other")
  func documentation() throws {
    let error = #expect(throws: CatalogError.self) {
      _ = try plan("kernels: [debian-6.12]\nxxxxxxxxxxxx: 1")
    }
    let known = try #require(error?.problem.components(separatedBy: "known: ").last)
    let file = Self.kernelsFolder.appending(path: "../docs/ci.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    let section = try #require(page.components(separatedBy: "\n## The plan\n").last)
    let table = try #require(
      section.components(separatedBy: "\n\n").first { $0.contains("| --- |") })
    let keys = table.split(separator: "\n").compactMap {
      $0.firstMatch(of: /^\| `([a-z]+)` \|/).map { String($0.1) }
    }
    #expect(Set(keys) == Set(known.components(separatedBy: ", ")))
  }

  @Test(
    "an empty plan, and one without kernels, say what is missing", arguments: ["", "repeat: 2"])
  func empty(_ text: String) {
    let error = #expect(throws: CatalogError.self) { _ = try plan(text) }
    #expect(error?.problem.contains("\"kernels\"") == true)
  }
}

@Suite("what a rule leaves out")
struct CaseSelectionTests {
  private let planned = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "a.b/c")

  @Test("a rule asks of a case only what it names, and all of that")
  func rules() {
    func leaves(_ rule: CaseSelection.Exclusion) -> Bool { rule.matches(planned) }
    #expect(leaves(CaseSelection.Exclusion(kernel: Glob("k"), reason: "")))
    #expect(leaves(CaseSelection.Exclusion(machine: Glob("?"), name: Glob("a.*"), reason: "")))
    #expect(!leaves(CaseSelection.Exclusion(kernel: Glob("k"), suite: Glob("x"), reason: "")))
  }

  @Test("a boot goes with its guest, not with a suite or a case")
  func boots() {
    let boot = PlannedCase.boot(kernel: "k", machine: "m")
    #expect(CaseSelection.Exclusion(kernel: Glob("k"), reason: "").matches(boot))
    #expect(!CaseSelection.Exclusion(suite: Glob("*"), reason: "").matches(boot))
    #expect(!CaseSelection.except([]).wantsBoot(alone: boot))
    #expect(CaseSelection.only([boot]).wantsBoot(alone: boot))
    #expect(CaseSelection.everything.wantsBoot(alone: boot))
  }

  @Test("what is chosen is chosen for every repetition")
  func only() {
    var third = planned
    third.repetition = 3
    var other = planned
    other.machine = "n"
    let selection = CaseSelection.only([planned])
    #expect(selection.contains(planned) && selection.contains(third))
    #expect(!selection.contains(other))
  }
}
