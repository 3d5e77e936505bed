import Reports
import Results
import Synchronization
import Testing

@Suite struct CheckViewTests {
  /// Collects what a view writes; the clock moves 1.3 s per event.
  private func watch(isTerminal: Bool, width: Int = 72, _ events: [CheckEvent]) -> String {
    let text = Mutex("")
    let clock = Mutex(Duration.zero)
    var view = CheckView(
      screen: LiveView.Screen(
        isTerminal: isTerminal, width: { width },
        write: { piece in text.withLock { $0 += piece } }),
      elapsed: { clock.withLock { $0 } })
    for event in events {
      view.note(event)
      clock.withLock { $0 += .milliseconds(1300) }
    }
    return text.withLock { $0 }
  }

  private let base = CheckColumn(.base, of: 3)

  private func patch(_ number: Int) -> CheckColumn {
    CheckColumn(.patch, number: number, of: 3, title: "mm/swap: patch \(number)")
  }

  private func result(_ name: String, _ verdict: Verdict, seen: String? = nil) -> CaseResult {
    CaseResult(
      PlannedCase(kernel: "k", machine: "m", suite: "swap", name: name), verdict, seen: seen)
  }

  /// A column's own run: up, these cases, down.
  private func run(_ column: CheckColumn, _ results: [CaseResult]) -> [CheckEvent] {
    let guest = GuestRecord(
      kernel: "k", release: "6.12.107", machine: "m", accelerator: .tcg, acceleratorReason: "",
      bootMilliseconds: 1100)
    let events: [RunEvent] =
      [
        .runStarted(Plan(results.map(\.planned))), .guestBooting(kernel: "k", machine: "m"),
        .guestUp(guest), .suiteStarted(kernel: "k", suite: "swap"),
      ]
      + results.flatMap { result -> [RunEvent] in
        [
          .caseStarted(kernel: "k", suite: "swap", name: result.planned.name),
          .caseEnded(result),
        ]
      } + [.suiteEnded(kernel: "k", suite: "swap"), .guestEnded(kernel: "k", .clean), .runEnded]
    return events.map { .run(column, $0) }
  }

  /// Base and three patches: the second breaks a case, the third does not build; builds overlap runs.
  private var events: [CheckEvent] {
    let known = result("swap.known-bad", .fail, seen: "as ever")
    let good = [result("swap.a", .pass), result("swap.b", .pass), known]
    let bad = [
      result("swap.a", .crash, seen: "a page of zeroes"), result("swap.b", .missing), known,
    ]
    let start: [CheckEvent] = [
      .building(base), .compiled(base, objects: 812),
      .built(base, milliseconds: 214_000), .building(patch(1)),
    ]
    let middle: [CheckEvent] = [
      .columnEnded(base, problem: nil), .built(patch(1), milliseconds: 0), .building(patch(2)),
      .compiled(patch(2), objects: 3), .built(patch(2), milliseconds: 14_200),
    ]
    let end: [CheckEvent] = [
      .columnEnded(patch(2), problem: nil), .building(patch(3)),
      .columnEnded(patch(3), problem: "does not build\nmm/rmap.c:7:1: error"),
      .bisecting(name: "swap.a", after: 0, before: 2),
      .confirming(patch(2), name: "swap.a", cases: 1, runs: 20),
      .notice("the guest was booted twice"), .ended,
    ]
    return start + run(base, good) + middle + run(patch(1), good)
      + [.columnEnded(patch(1), problem: nil)] + run(patch(2), bad) + end
  }

  @Test("a log gets a line per column and per result that the base does not show")
  func log() throws {
    try expectSnapshot(watch(isTerminal: false, width: 80, events), "check-log")
  }

  @Test("a terminal gets a status line as well")
  func terminal() throws {
    let text = watch(isTerminal: true, events)
    try expectSnapshot(
      text.replacing("\u{1B}[K", with: "⌫\n").replacing("\r", with: "⏎"), "check-terminal")
  }

  @Test("no status line is wider than the terminal", arguments: [4, 10, 24, 40, 80, 200])
  func width(width: Int) {
    let text = watch(isTerminal: true, width: width, events)
    for piece in text.replacing("\u{1B}[K", with: "").split(separator: "\r")
    where !piece.contains("\n") {
      #expect(piece.count < width)
    }
  }

  @Test("a result that is revised is counted once")
  func revised() {
    let results: [CheckEvent] = [
      .run(patch(1), .caseEnded(result("swap.a", .pass))),
      .run(patch(1), .caseRevised(result("swap.a", .fail), from: .pass)),
      .columnEnded(patch(1), problem: nil),
    ]
    #expect(
      watch(isTerminal: false, results)
        == "✗ FAIL  patch 1/3  swap.a\npatch 1/3  0 passed, 1 red  mm/swap: patch 1\n")
  }

  @Test("mutants are numbered in equal width")
  func mutants() {
    let mutant = CheckColumn(.mutant, number: 7, of: 64, title: "07-x")
    #expect(
      watch(isTerminal: false, [.columnEnded(mutant, problem: "does not apply")])
        == "mutant 07/64  ✗ does not apply  07-x\n")
  }

  @Test("what a patch or a guest says cannot move the cursor")
  func hostile() {
    let evil = "\u{1B}[2J\r\n"
    let column = CheckColumn(.patch, number: 1, of: 1, title: evil)
    let text = watch(
      isTerminal: false,
      [
        .run(column, .caseEnded(result(evil, .fail, seen: evil))), .notice(evil),
        .run(column, .notice(evil)), .confirming(column, name: evil, cases: 3, runs: 5),
        .bisecting(name: evil, after: 0, before: 3), .columnEnded(column, problem: evil),
      ])
    #expect(!text.contains("\u{1B}") && !text.contains("\r"))
    #expect(text.split(separator: "\n").count == 6)
  }
}
