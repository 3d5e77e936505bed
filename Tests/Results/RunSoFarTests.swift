import Results
import Testing

@Suite("a run so far") struct RunSoFarTests {
  private let boot = PlannedCase.boot(kernel: "k", machine: "m")
  private let one = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "one")
  private let two = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "two")

  private func run(_ events: [RunEvent]) -> Run {
    var soFar = RunSoFar(id: "r", started: "2026-11-21T10:00:00Z", seed: 7)
    soFar.note(.runStarted(Plan([boot, one, two])))
    for event in events { soFar.note(event) }
    return soFar.run(elapsedMilliseconds: 5)
  }

  @Test("what has no result is missing, and says why")
  func missing() {
    let run = run([])
    #expect(run.results.map(\.planned) == [boot, one, two])
    #expect(run.results.allSatisfy { $0.verdict == .missing && $0.reason?.kind == .interrupted })
    #expect(run.id == "r" && run.seed == 7 && run.elapsedMilliseconds == 5)
  }

  @Test("a guest that has run a case has booted; a revised result replaces the first")
  func results() {
    let run = run([
      .caseEnded(CaseResult(one, .pass)), .caseRevised(CaseResult(one, .fail), from: .pass),
    ])
    #expect(run.results.map(\.verdict) == [.pass, .fail, .missing])
  }

  @Test("a result outside the plan stands last, once")
  func unplanned() {
    let stranger = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "stranger")
    let event = RunEvent.caseEnded(CaseResult(stranger, .error))
    #expect(run([event, event]).results.map(\.planned) == [boot, one, two, stranger])
  }

  @Test("of each kernel and machine the first guest is kept")
  func guests() {
    let first = GuestRecord(
      kernel: "k", release: "6.12", machine: "m", accelerator: .tcg, acceleratorReason: "asked",
      bootMilliseconds: 1)
    var second = first
    second.bootMilliseconds = 2
    #expect(run([.guestUp(first), .guestUp(second)]).guests == [first])
  }
}
