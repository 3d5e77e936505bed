import KernelLog
import Reports
import Results
import Synchronization
import Testing

@Suite struct LiveViewTests {
  /// Collects what a view writes; the clock moves 1.3 s per event.
  private func watch(
    isTerminal: Bool, width: Int = 72, style: TerminalStyle = .plain, _ events: [RunEvent]
  ) -> String {
    let text = Mutex("")
    let clock = Mutex(Duration.zero)
    var view = LiveView(
      screen: LiveView.Screen(
        isTerminal: isTerminal, width: { width }, style: style,
        write: { piece in text.withLock { $0 += piece } }),
      knownIssues: ExampleRun.knownIssues, today: CalendarDate("2026-11-21"),
      elapsed: { clock.withLock { $0 } })
    for event in events {
      view.note(event)
      clock.withLock { $0 += .milliseconds(1300) }
    }
    return text.withLock { $0 }
  }

  /// The example run as the events it would have made.
  private var events: [RunEvent] {
    let results = ExampleRun.run().run.results
    var events: [RunEvent] = [.runStarted(Plan(results.map(\.planned)))]
    for guest in ExampleRun.guests.suffix(2) {
      let kernel = guest.kernel
      events += [.guestBooting(kernel: kernel, machine: "default"), .guestUp(guest)]
      for suite in ExampleRun.suites.map(\.0) {
        events.append(.suiteStarted(kernel: kernel, suite: suite))
        for result in results
        where result.planned.kernel == kernel && result.planned.suite == suite {
          let name = result.planned.name
          events.append(.caseStarted(kernel: kernel, suite: suite, name: name))
          events.append(.caseEnded(result))
        }
        events.append(.suiteEnded(kernel: kernel, suite: suite))
      }
      events.append(.guestEnded(kernel: kernel, .clean))
    }
    return events + [.notice("debian-7.2 panicked before its greeting; tried again"), .runEnded]
  }

  @Test("a log gets a line per suite and per red result")
  func log() throws {
    try expectSnapshot(watch(isTerminal: false, events), "live-log")
  }

  @Test("a terminal gets one line that is redrawn, and a line for each red result")
  func terminal() throws {
    let text = watch(isTerminal: true, events)
    try expectSnapshot(
      text.replacing("\u{1B}[K", with: "⌫\n").replacing("\r", with: "⏎"), "live-terminal")
  }

  @Test("no status line is wider than the terminal", arguments: [10, 24, 40, 80, 200])
  func width(width: Int) {
    let text = watch(isTerminal: true, width: width, events)
    for piece in text.replacing("\u{1B}[K", with: "").split(separator: "\r") {
      // A redrawn status ends where the next carriage return stands; whole lines end in a newline.
      let status = piece.split(separator: "\n", omittingEmptySubsequences: false)[0]
      if !piece.contains("\n") { #expect(status.count < width) }
    }
  }

  @Test("a log holds no escapes and no carriage returns")
  func plainLog() {
    let text = watch(isTerminal: false, events)
    #expect(!text.contains("\u{1B}") && !text.contains("\r"))
  }

  @Test("a failure that a known issue explains is counted, not told")
  func known() {
    let guest = ExampleRun.guests[0]
    let planned = PlannedCase(
      kernel: guest.kernel, machine: "default", suite: "swap", name: "swap-shmem.out-in-keeps/x")
    let text = watch(
      isTerminal: false,
      [
        .guestUp(guest), .suiteStarted(kernel: guest.kernel, suite: "swap"),
        .caseEnded(CaseResult(planned, .fail)),
        .suiteEnded(kernel: guest.kernel, suite: "swap"),
      ])
    #expect(text.hasSuffix("debian-5.10  swap: 0 passed, 1 known\n"))
    #expect(!text.contains("FAIL"))
  }

  @Test("a result that is revised is told and counted anew")
  func revised() {
    let planned = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "a")
    let text = watch(
      isTerminal: false,
      [
        .guestBooting(kernel: "k", machine: "m"), .suiteStarted(kernel: "k", suite: "s"),
        .caseEnded(CaseResult(planned, .pass)),
        .caseRevised(
          CaseResult(planned, .fail, reason: Reason(.splat, "WARNING at mm/x.c")), from: .pass),
        .suiteEnded(kernel: "k", suite: "s"),
      ])
    #expect(text == "✗ FAIL  k  s/a  WARNING at mm/x.c\nk  s: 0 passed, 1 red\n")
  }

  @Test("what a guest says cannot move the cursor")
  func hostile() {
    let planned = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "\u{1B}[2J\r\n")
    let text = watch(
      isTerminal: false,
      [
        .caseEnded(CaseResult(planned, .fail, seen: "\u{1B}]0;title\u{7}")),
        .notice("\u{1B}[H"),
      ])
    #expect(!text.contains("\u{1B}") && !text.contains("\r") && !text.contains("\u{7}"))
    #expect(text.split(separator: "\n").count == 2)
  }
}
