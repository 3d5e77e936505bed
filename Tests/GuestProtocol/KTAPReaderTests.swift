import GuestProtocol
import Testing

@Suite struct KTAPReaderTests {
  /// All events of a text, read in chunks of `chunkSize` bytes.
  private func events(_ text: String, chunkSize: Int = .max) -> [KTAPEvent] {
    var reader = KTAPReader()
    var events: [KTAPEvent] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      reader.read(rest.prefix(chunkSize)) { events.append($0) }
      rest = rest.dropFirst(chunkSize)
    }
    reader.finish { events.append($0) }
    return events
  }

  private static let session = """
    KTAP version 1
    1..3
    # case swap-anon.out-in-keeps/thp
    # evidence pswpout=512
    ok 1 swap-anon.out-in-keeps/thp # time_ms=12
    # case thp.wp-whole
    ok 2 thp.wp-whole # SKIP feature: no THP time_ms=1
    # case fork.thp
    # expected bit 57 set
    # seen bit 57 clear
    not ok 3 fork.thp # time_ms=3
    # Totals: pass:1 fail:1 xfail:0 xpass:0 skip:1 error:0

    """

  private static let sessionEvents: [KTAPEvent] = {
    var totals = KTAPTotals()
    totals.pass = 1
    totals.fail = 1
    totals.skip = 1
    return [
      .version(depth: 0), .plan(count: 3, skipReason: nil, depth: 0),
      .caseStarted("swap-anon.out-in-keeps/thp"), .evidence(key: "pswpout", value: "512"),
      .point(
        KTAPPoint(number: 1, ok: true, name: "swap-anon.out-in-keeps/thp", timeMilliseconds: 12)),
      .caseStarted("thp.wp-whole"),
      .point(
        KTAPPoint(
          number: 2, ok: true, name: "thp.wp-whole", directive: .skip, text: "feature: no THP",
          timeMilliseconds: 1)),
      .caseStarted("fork.thp"), .expected("bit 57 set"), .seen("bit 57 clear"),
      .point(KTAPPoint(number: 3, ok: false, name: "fork.thp", timeMilliseconds: 3)),
      .totals(totals),
    ]
  }()

  @Test("a suite program's output is read whole, however it is cut into chunks", arguments: 1...40)
  func chunks(chunkSize: Int) {
    #expect(events(Self.session, chunkSize: chunkSize) == Self.sessionEvents)
  }

  @Test("carriage returns and a missing last newline change nothing")
  func lineEndings() {
    let dos = Self.session.replacing("\n", with: "\r\n")
    #expect(events(dos) == Self.sessionEvents)
    #expect(events(String(Self.session.dropLast())) == Self.sessionEvents)
  }

  @Test("any truncation gives a beginning of the events, but for the line that was cut")
  func truncation() {
    let bytes = Array(Self.session.utf8)
    for end in 0..<bytes.count {
      var reader = KTAPReader()
      var seen: [KTAPEvent] = []
      reader.read(bytes[..<end]) { seen.append($0) }
      #expect(seen == Array(Self.sessionEvents.prefix(seen.count)))
    }
  }

  @Test(
    "result lines in every spelling that occurs",
    arguments: [
      ("ok 7 # SKIP name", KTAPPoint(number: 7, ok: true, name: "name", directive: .skip)),
      ("ok 7 name # skip", KTAPPoint(number: 7, ok: true, name: "name", directive: .skip)),
      (
        "not ok 7 - name # SKIP no swap",
        KTAPPoint(number: 7, ok: false, name: "name", directive: .skip, text: "no swap")
      ),
      (
        "ok 8 # XFAIL name",
        KTAPPoint(number: 8, ok: true, name: "name", directive: .expectedFailure)
      ),
      ("ok 8 n # XPASS", KTAPPoint(number: 8, ok: true, name: "n", directive: .unexpectedPass)),
      ("not ok 9 # error n", KTAPPoint(number: 9, ok: false, name: "n", directive: .error)),
      (
        "not ok 9 n # TIMEOUT 45 seconds",
        KTAPPoint(number: 9, ok: false, name: "n", directive: .timeout, text: "45 seconds")
      ),
      (
        "not ok 2 n # TODO later",
        KTAPPoint(
          number: 2, ok: false, name: "n", directive: .todo, text: "later")
      ),
      ("not ok 2 n # exit=134", KTAPPoint(number: 2, ok: false, name: "n", text: "exit=134")),
      ("ok 2 n # SKIPPED it", KTAPPoint(number: 2, ok: true, name: "n", text: "SKIPPED it")),
      ("ok 1", KTAPPoint(number: 1, ok: true, name: "")),
      ("ok - n", KTAPPoint(number: nil, ok: true, name: "n")),
      ("  ok 1 sub", KTAPPoint(number: 1, ok: true, name: "sub", depth: 1)),
      ("    not ok 1 sub", KTAPPoint(number: 1, ok: false, name: "sub", depth: 2)),
      ("[   12.345678] ok 4 n", KTAPPoint(number: 4, ok: true, name: "n")),
      (
        "ok 4 n # SKIP feature: time_ms= is odd time_ms=8",
        KTAPPoint(
          number: 4, ok: true, name: "n", directive: .skip, text: "feature: time_ms= is odd",
          timeMilliseconds: 8)
      ),
      (
        "not ok 5 Merging memory failed# [RUN] test_prctl",
        KTAPPoint(number: 5, ok: false, name: "Merging memory failed", text: "[RUN] test_prctl")
      ),
    ])
  func spellings(line: String, expected: KTAPPoint) {
    #expect(events(line) == [.point(expected)])
  }

  @Test(
    "what is no result stays unknown",
    arguments: [
      "okay", "ok", "ok then", "not okay 1", "1..", "1..x", "hello ok", "ok5 n", "book 1 x",
    ])
  func unknown(line: String) {
    #expect(events(line) == [.unknown(line)])
  }

  @Test("a result glued to other text is believed when it carries the number that is due")
  func glued() {
    let text = "ok 1 a\nprogress...ok 2 b # time_ms=4\nprogress ok 9 times\n.. # case c.d\n"
    #expect(
      events(text) == [
        .point(KTAPPoint(number: 1, ok: true, name: "a")), .unknown("progress..."),
        .point(KTAPPoint(number: 2, ok: true, name: "b", timeMilliseconds: 4)),
        .unknown("progress ok 9 times"), .unknown(".."), .caseStarted("c.d"),
      ])
  }

  @Test("subtests are told apart by depth, indented or prefixed")
  func nesting() {
    let text = """
      TAP version 13
      1..2
        KTAP version 1
        1..1
        ok 1 in
      ok 1 out
      # TAP version 13
      # 1..1
      # # looking at ok 1
      # not ok 1 in
      not ok 2 out
      # ok 3 is only talk
      """
    #expect(
      events(text) == [
        .version(depth: 0), .plan(count: 2, skipReason: nil, depth: 0),
        .version(depth: 1), .plan(count: 1, skipReason: nil, depth: 1),
        .point(KTAPPoint(number: 1, ok: true, name: "in", depth: 1)),
        .point(KTAPPoint(number: 1, ok: true, name: "out")),
        .version(depth: 1), .plan(count: 1, skipReason: nil, depth: 1),
        .diagnostic("# looking at ok 1"),
        .point(KTAPPoint(number: 1, ok: false, name: "in", depth: 1)),
        .point(KTAPPoint(number: 2, ok: false, name: "out")),
        .diagnostic("ok 3 is only talk"),
      ])
  }

  @Test("giving up, skipping the whole and noticing a short run are events of their own")
  func endings() {
    #expect(
      events("# Allocate huge page...Bail out! madvise: EINVAL\nBail out!\nab Bail out! x\n")
        == [.bailOut("madvise: EINVAL"), .bailOut(""), .bailOut("x")])
    #expect(
      events("1..0 # SKIP no root\n1..0 # nothing\n") == [
        .plan(count: 0, skipReason: "no root", depth: 0),
        .plan(count: 0, skipReason: nil, depth: 0),
      ])
    #expect(
      events("# Planned tests != run tests (9 != 3)\n") == [.planMismatch(planned: 9, ran: 3)])
  }

  @Test("a line without end is cut, counted and does not grow")
  func longLine() {
    var reader = KTAPReader()
    var events: [KTAPEvent] = []
    for _ in 0..<100 { reader.read(repeatElement(UInt8(ascii: "x"), count: 1000)) { _ in } }
    reader.read("\nok 1 a\n".utf8) { events.append($0) }
    #expect(reader.cutLines == 1)
    #expect(
      events == [
        .unknown(String(repeating: "x", count: KTAPReader.maximumLineBytes)),
        .point(KTAPPoint(number: 1, ok: true, name: "a")),
      ])
  }

  @Test("bytes that are no UTF-8 do no harm")
  func garbage() {
    var reader = KTAPReader()
    var points: [KTAPPoint] = []
    let bytes = (0...255).map { UInt8($0) } + Array("\nok 1 fine\n".utf8)
    reader.read(bytes) { if case .point(let point) = $0 { points.append(point) } }
    #expect(points == [KTAPPoint(number: 1, ok: true, name: "fine")])
  }

  @Test("numbers that no test has are not taken for numbers")
  func hugeNumbers() {
    #expect(events("1..99999999999999999999").count == 1)
    #expect(events("ok 99999999999999999999 x") == [.unknown("ok 99999999999999999999 x")])
  }
}
