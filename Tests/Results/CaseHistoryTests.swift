import Results
import Testing

/// What a strip of runs says.
@Suite struct CaseHistoryTests {
  /// One letter a run: p pass, f fail, s skip, m mixed repetitions.
  private func history(_ strip: String) -> CaseHistory {
    CaseHistory(
      suite: "swap", name: "one", kernel: "k", machine: "default",
      entries: strip.enumerated().map { place, letter in
        let tally =
          switch letter {
          case "f": CaseTally(.fail)
          case "m": CaseTally(.pass, .fail, .pass)
          case "s": CaseTally(.skip)
          default: CaseTally(.pass)
          }
        return CaseHistory.Entry(run: "r\(place)", started: nil, tally: tally)
      })
  }

  @Test(
    "first bad, last good, flips and streak",
    arguments: [
      ("ppffpff", "r5", "r4", 3, 2), ("ppp", nil, "r2", 0, 3), ("ff", "r0", nil, 0, 2),
      ("pfsf", "r1", "r0", 1, 2), ("", nil, nil, 0, 0), ("ss", nil, nil, 0, 0),
      ("pmp", nil, "r2", 2, 1),
    ] as [(String, String?, String?, Int, Int)])
  func facts(_ strip: String, _ bad: String?, _ good: String?, _ flips: Int, _ streak: Int) {
    let history = history(strip)
    #expect(history.firstBad?.run == bad)
    #expect(history.lastGood?.run == good)
    #expect(history.flips == flips)
    #expect(history.streak == streak)
  }

  @Test("the rate counts repetitions")
  func rate() {
    let failures = history("pmfs").failures
    #expect(failures.fails == 2 && failures.runs == 5)
  }

  @Test(
    "Wilson's interval, against published values",
    arguments: [
      (0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634),
      (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662),
    ])
  func wilson(_ count: Int, _ total: Int, _ low: Double, _ high: Double) {
    let interval = WilsonInterval(count, of: total)
    #expect(abs(interval.low - low) < 0.0001)
    #expect(abs(interval.high - high) < 0.0001)
  }

  @Test("nothing is known of what never ran")
  func unknown() {
    #expect(WilsonInterval(0, of: 0).low == 0)
    #expect(WilsonInterval(0, of: 0).high == 1)
  }
}
