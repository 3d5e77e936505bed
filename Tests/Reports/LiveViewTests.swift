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

/// What a view says of slow and flaky cases, and when it is asked.
@Suite struct LiveStatusTests {
  /// A view of which every event is seen at the time before it, in seconds, and what it wrote.
  private final class Watched {
    private(set) var text = ""
    private var now = Duration.zero
    private var view: LiveView?

    init(isTerminal: Bool = false, width: Int = 80) {
      let listing = CaseListing(
        suite: "s", name: "a", requirements: [], deadlineMilliseconds: 10_000, summary: "")
      view = LiveView(
        screen: LiveView.Screen(isTerminal: isTerminal, width: { width }) { [unowned self] in
          text += $0
        }, pace: CasePace([listing]), elapsed: { [unowned self] in now })
    }

    func at(_ seconds: Int, _ event: RunEvent) {
      now = .seconds(seconds)
      view?.note(event)
    }

    func tick(at seconds: Int) -> String {
      now = .seconds(seconds)
      text = ""
      view?.tick()
      return text
    }

    func tell(at seconds: Int) -> String {
      now = .seconds(seconds)
      text = ""
      view?.tell()
      return text
    }
  }

  private func planned(_ repetition: Int = 1) -> PlannedCase {
    PlannedCase(kernel: "k", machine: "m", suite: "s", name: "a", repetition: repetition)
  }

  /// A guest three times as slow as the one that deadlines are for.
  private let guest = GuestRecord(
    kernel: "k", release: nil, machine: "m", accelerator: .tcg, acceleratorReason: "",
    bootMilliseconds: 7_500)

  @Test("asked, it says what runs, for how long, of what deadline, and how far the run is")
  func status() {
    let view = Watched()
    let other = PlannedCase(kernel: "k", machine: "m", suite: "s", name: "b")
    view.at(0, .runStarted(Plan([planned(), other])))
    view.at(0, .guestBooting(kernel: "k", machine: "m"))
    #expect(view.tell(at: 2) == "0 of 2 done, 0 red after 2 s\n  k  booting\n")
    view.at(7, .guestUp(guest))
    view.at(7, .suiteStarted(kernel: "k", suite: "s"))
    view.at(8, .caseEnded(CaseResult(other, .fail)))
    view.at(8, .caseStarted(kernel: "k", suite: "s", name: "a"))
    #expect(
      view.tell(at: 70)
        == "1 of 2 done, 1 red after 1 min 10 s\n  k  s  a  for 1 min 02 s of 30 s\n")
    view.at(71, .caseEnded(CaseResult(planned(), .pass, durationMilliseconds: 63_000)))
    #expect(view.tell(at: 72).hasSuffix("\n  k  s\n"))
    view.at(72, .guestEnded(kernel: "k", .clean))
    #expect(view.tell(at: 73) == "2 of 2 done, 1 red after 1 min 13 s\n  k\n")
  }

  @Test("on a terminal the answer takes the place of the redrawn line, which comes back below it")
  func terminalStatus() {
    let view = Watched(isTerminal: true)
    view.at(0, .runStarted(Plan([planned()])))
    let text = view.tell(at: 1)
    #expect(text.hasPrefix("\r\u{1B}[K0 of 1 done"))
    #expect(text.hasSuffix("\u{1B}[K") && text.contains("\n\r"))
  }

  @Test("the redrawn line has a bar where there is room, and the running case's time at its end")
  func bar() {
    let view = Watched(isTerminal: true)
    view.at(0, .runStarted(Plan([planned(), planned(2)])))
    view.at(0, .guestUp(guest))
    view.at(0, .caseEnded(CaseResult(planned(), .pass, durationMilliseconds: 1)))
    view.at(1, .caseStarted(kernel: "k", suite: "s", name: "a"))
    #expect(view.tick(at: 2) == "\r[======>     ]  1/2  2 s  k  s  a\u{1B}[K")
    #expect(view.tick(at: 13) == "\r[======>     ]  1/2  13 s  k  s  a  12 s\u{1B}[K")
  }

  @Test(
    "a case is slow from half of its deadline on, which a slow guest stretches",
    arguments: [
      (14_999, false), (15_000, true), (29_000, true),
    ])
  func slow(_ milliseconds: Int, _ isSlow: Bool) {
    let view = Watched()
    view.at(0, .guestUp(guest))
    let before = view.text
    view.at(40, .caseEnded(CaseResult(planned(), .pass, durationMilliseconds: milliseconds)))
    let line = view.text.dropFirst(before.count)
    #expect(line.hasPrefix("SLOW  k  s/a  ") == isSlow, "\(line)")
    if isSlow { #expect(line.hasSuffix(" of 30 s\n")) }
  }

  @Test("a repetition that ends otherwise than the first is told, also when it passes")
  func flaky() {
    let view = Watched()
    view.at(0, .runStarted(Plan([planned(), planned(2), planned(3)])))
    view.at(1, .caseEnded(CaseResult(planned(), .fail)))
    view.at(2, .caseEnded(CaseResult(planned(2), .fail)))
    view.at(3, .caseEnded(CaseResult(planned(3), .pass)))
    #expect(view.text.hasSuffix("\nFLAKY  k  s/a  pass in repetition 3, fail in the first\n"))
    #expect(view.text.ranges(of: "FLAKY").count == 1)
  }
}
