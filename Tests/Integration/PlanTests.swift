import Foundation
import Results
import Subprocess
import Testing

/// Real runs of plans, and of what was red in them.
@Suite("a run of a plan", .serialized)
struct PlanTests {
  private func write(_ text: String, in harness: Harness) throws -> String {
    let file = harness.directory.appendingPathComponent("plan.yaml")
    try Data(text.utf8).write(to: file)
    return file.path
  }

  /// "CASE on MACHINE" of every result, with its verdict.
  private func verdicts(_ run: Run) -> [String: Verdict] {
    Dictionary(
      run.results.map { ("\($0.planned.name) on \($0.planned.machine)", $0.verdict) },
      uniquingKeysWith: { $1 })
  }

  @Test("it runs what the plan says on each machine but what is left out, and then what was red")
  func planned() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let plan = try write(
      """
      kernels: [debian-6.12]
      machines: [small, one-node]
      suites: [test-trouble]
      filter: [trouble.pass, trouble.fail, trouble.skip]
      exclude:
        - machine: small
          case: trouble.s*
          reason: one is enough
        - machine: one-node
          case: trouble.fail
          reason: it is red
      seed: 11
      """, in: harness)
    let outcome = try await harness.run(["--plan", plan])
    #expect(outcome.status == .exited(1), "\(outcome.err)")
    #expect(outcome.run.seed == 11)
    #expect(outcome.err.contains("     1  it is red  (machine one-node, case trouble.fail)\n"))
    #expect(
      verdicts(outcome.run) == [
        "boot on small": .pass, "trouble.pass on small": .pass, "trouble.fail on small": .fail,
        "boot on one-node": .pass, "trouble.pass on one-node": .pass,
        "trouble.skip on one-node": .skip,
      ])

    let kept = try harness.moveRun(to: "first").path
    let again = try await harness.run(["--rerun-failed", kept, "--repeat", "2"])
    #expect(again.status == .exited(1), "\(again.err)")
    #expect(again.run.seed == 11)
    #expect(
      again.run.results.map(\.planned.name) == ["boot", "trouble.fail", "boot", "trouble.fail"])
    #expect(Set(again.run.results.map(\.planned.machine)) == ["small"])
    #expect(again.leftovers == 0)
  }

  @Test("what has not ended at the deadline is missing for that reason, and the run ends")
  func deadline() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let plan = try write(
      """
      kernels: [debian-6.12]
      machines: [small]
      filter: [trouble.pass, trouble.hang]
      repeat: 500
      deadline: 30 s
      """, in: harness)
    let outcome = try await harness.run(["--plan", plan])
    #expect(outcome.status == .exited(1), "\(outcome.err)")
    #expect(outcome.run.results.count == 1_500)
    let missing = outcome.run.results.filter { $0.verdict == .missing }
    #expect(!missing.isEmpty)
    #expect(missing.allSatisfy { $0.reason?.kind == .deadline })
    #expect(
      missing.last?.reason?.text == "the run's deadline, 30 s, passed before it began")
    #expect(outcome.err.contains("the run's deadline, 30 s, has passed"))
    #expect(outcome.leftovers == 0)
  }
}

/// Nights one after the other, compared.
@Suite("a plan with a baseline", .serialized)
struct BaselineTests {
  @Test(
    "with red: regressions the first night is judged by its failures, later ones by what is new")
  func nights() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    func night(_ cases: String, _ red: String) async throws -> Harness.Outcome {
      let file = harness.directory.appendingPathComponent("plan.yaml")
      let text = """
        kernels: [debian-6.12]
        machines: [small]
        filter: [\(cases)]
        baseline: previous
        red: \(red)
        """
      try Data(text.utf8).write(to: file)
      let history = harness.directory.appendingPathComponent("nightly.db").path
      let outcome = try await harness.run(
        ["--plan", file.path, "--format", "json", "--history", history])
      _ = try harness.moveRun(to: UUID().uuidString)
      return outcome
    }
    let first = try await night("trouble.pass, trouble.fail", "regressions")
    #expect(first.status == .exited(1), "\(first.err)")
    #expect(first.err.contains("baseline: there is no earlier run, so red are failures"))
    let second = try await night("trouble.pass, trouble.fail", "regressions")
    #expect(second.status == .exited(0), "\(second.err)")
    #expect(second.err.contains("baseline: red: regressions; there are none"))
    #expect(second.run.redResults.count == 1)
    // What is tested no more is lost.
    let third = try await night("trouble.fail", "regressions")
    #expect(third.status == .exited(1), "\(third.err)")
    #expect(third.err.contains("baseline: red: regressions; 1 lost-coverage"))
    let fourth = try await night("trouble.fail", "any-change")
    #expect(fourth.status == .exited(0), "\(fourth.err)")
    let fifth = try await night("trouble.fail", "failures")
    #expect(fifth.status == .exited(1), "\(fifth.err)")
  }

  @Test("a kernel of the plan is the baseline of the others, and the comparison is kept")
  func kernels() async throws {
    let command = try Command()
    defer { command.remove() }
    let built = try await command.faultline(["kernels", "build", Command.source])
    let image = built.out.trimmingCharacters(in: .whitespacesAndNewlines)
    try command.write(
      """
      kernels: [debian-6.12, \(image)]
      machines: [small]
      filter: [fork-anon.no-event-clears-child]
      baseline: {kernel: debian-6.12}
      red: any-change
      """, to: "plan.yaml")
    let outcome = try await command.faultline([
      "run", "--accel", "tcg", "--plan", "plan.yaml", "--out", "run",
    ])
    #expect(outcome.status == .exited(0), "\(outcome.out)\(outcome.err)")
    #expect(outcome.out.contains("baseline: red: any-change; there are none"))
    let kept = command.directory.appendingPathComponent("run/comparison.md")
    let text = try String(contentsOf: kept, encoding: .utf8)
    #expect(text.hasPrefix("## `debian-6.12` → "), "\(text)")
  }
}

/// What of a plan, and of an earlier run, can be said without booting anything.
@Suite("plans and earlier runs")
struct PlanWordsTests {
  private func faultline(_ arguments: [String], _ write: (Command) throws -> Void = { _ in })
    async throws -> Command.Outcome
  {
    let command = try Command()
    defer { command.remove() }
    try write(command)
    return try await command.faultline(arguments)
  }

  @Test("the shipped plan is understood, and shown without booting")
  func shipped() async throws {
    let plan = Command.root.appendingPathComponent("kernels/nightly.yaml").path
    let outcome = try await faultline(["run", "--plan", plan, "--dry-run"])
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    #expect(outcome.out.contains("debian-7.2"))
    #expect(outcome.out.contains("(machine disk-swap, suite uffdwp-hugetlb)"))
    #expect(outcome.out.contains("in 11 guests or more, within 4 h"))
    #expect(outcome.err.isEmpty)
  }

  @Test("a mistake in a plan ends with 64, its file and its line")
  func mistake() async throws {
    let outcome = try await faultline(["run", "--plan", "plan.yaml", "--dry-run"]) {
      try $0.write("kernels: [debian-6.12]\nsuites:\n  - swpa\n", to: "plan.yaml")
    }
    #expect(outcome.status == .exited(64))
    #expect(
      outcome.err
        == "error: plan.yaml:3: there is no suite \"swpa\"; did you mean \"swap\"?\n")
  }

  @Test(
    "two options that say the same are refused",
    arguments: [
      ["--plan", "p", "--kernel", "k"], ["--plan", "p", "--filter", "x"],
      ["--plan", "p", "--repeat", "2"], ["--plan", "p", "--rerun-failed", "r"],
      ["--rerun-failed", "r", "--suite", "s"],
    ])
  func twice(_ options: [String]) async throws {
    let outcome = try await faultline(["run"] + options)
    #expect(outcome.status == .exited(64))
    #expect(outcome.err.contains("\(options[0]) says what \(options[2]) would say"))
  }

  /// A kept run with one result.
  private func run(
    _ verdict: Verdict, kernel: String = "debian-6.12", suite: String = "swap", name: String
  ) throws -> String {
    let planned = PlannedCase(kernel: kernel, machine: "default", suite: suite, name: name)
    let run = Run(id: "r", results: [CaseResult(planned, verdict)])
    return String(decoding: try JSONEncoder().encode(run), as: UTF8.self)
  }

  @Test("red cases that can be found again are run, and shown without booting")
  func found() async throws {
    let json = try run(.hang, name: "swap-anon.out-in-keeps")
    let outcome = try await faultline(["run", "--rerun-failed", "r.json", "--dry-run"]) {
      try $0.write(json, to: "r.json")
    }
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    #expect(outcome.out.hasSuffix("\n\n1 case in 1 guest or more\n"))
    // A kernel that the run did not have gets all that was red.
    let other = try await faultline(
      ["run", "--rerun-failed", "r.json", "--kernel", "debian-6.1", "--dry-run"]
    ) { try $0.write(json, to: "r.json") }
    #expect(other.out.contains("debian-6.1\n"))
    #expect(other.out.hasSuffix("\n\n1 case in 1 guest or more\n"))
  }

  @Test(
    "nothing red, and what is gone, end with 64 and what it was",
    arguments: [
      (Verdict.pass, "debian-6.12", "swap", "swap-anon.out-in-keeps", "nothing is red in"),
      (.fail, "debian-2.6", "swap", "swap-anon.out-in-keeps", "“debian-2.6” of that run"),
      (.fail, "debian-6.12", "swap", "swap-anon.gone", "do not exist any more: swap-anon.gone"),
      (.fail, "debian-6.12", "mine", "exit", "the suite “mine” of that run is none"),
    ])
  func gone(
    _ verdict: Verdict, _ kernel: String, _ suite: String, _ name: String, _ words: String
  ) async throws {
    let json = try run(verdict, kernel: kernel, suite: suite, name: name)
    let outcome = try await faultline(["run", "--rerun-failed", "r.json"]) {
      try $0.write(json, to: "r.json")
    }
    #expect(outcome.status == .exited(64))
    #expect(outcome.err.contains(words), "\(outcome.err)")
    #expect(outcome.err.contains("\n  try:"))
  }
}
