import Reports
import Results
import Testing

@Suite struct CheckReportTests {
  private let series = ExampleCheck.series

  private func text(_ check: SeriesCheck, _ report: CheckReport) -> String {
    var text = ""
    report.write(check, to: &text)
    return text
  }

  private func reply(_ check: SeriesCheck, tester: String? = nil) -> String {
    var text = ""
    CheckReply(series: series, tester: tester).write(check, to: &text)
    return text
  }

  @Test("a series with every kind of trouble, and the reply at its end")
  func trouble() throws {
    let report = CheckReport(
      width: 100, series: series, file: "results/0007/check.json",
      reply: CheckReply(series: series))
    try expectSnapshot(text(ExampleCheck.check(), report), "check-human")
  }

  @Test("the same with colours")
  func colours() throws {
    let report = CheckReport(style: .colored, width: 100, series: series)
    let text = text(ExampleCheck.check(), report)
    try expectSnapshot(text.replacing("\u{1B}", with: "ESC"), "check-human-colored")
  }

  @Test("a clean series is short")
  func clean() throws {
    let report = CheckReport(width: 80, series: series, reply: CheckReply(series: series))
    try expectSnapshot(text(ExampleCheck.clean(), report), "check-human-clean")
  }

  @Test("a patch that does not apply, and those behind it")
  func doesNotApply() throws {
    var check = ExampleCheck.clean()
    check.patches[1].applies = false
    check.patches[1].kernel.problem =
      "mm/rmap.c: hunk 2 (line 1916) does not apply\nthe context is at line 1930"
    check.patches[2].applies = nil
    check.patches[2].kernel = KernelState()
    for row in check.cases.indices { check.cases[row].verdicts[3] = nil }
    try expectSnapshot(
      text(check, CheckReport(series: series)) + reply(check), "check-does-not-apply")
  }

  @Test("a base that does not boot")
  func brokenBase() throws {
    var check = ExampleCheck.clean()
    check.patches = check.patches.map { PatchCheck(index: $0.index, subject: $0.subject, file: "") }
    check.cases = []
    check.base.kernel.boots = false
    check.base.kernel.tested = false
    check.base.kernel.problem = "no greeting within 60 s"
    try expectSnapshot(text(check, CheckReport(series: series)), "check-broken-base")
  }

  @Test("a long series goes into further grids")
  func longSeries() throws {
    var check = ExampleCheck.clean()
    check.patches = (1...40).map { PatchCheck(index: $0, subject: "patch \($0)", file: "") }
    check.cases = [
      SeriesCheck.Row(
        suite: "swap", name: "swap.a", verdicts: (0...40).map { $0 < 23 ? .pass : .hang })
    ]
    let report = CheckReport(width: 80, series: series)
    let lines = text(check, report).split(separator: "\n").filter { $0.contains("swap.a") }
    #expect(lines.count == 3)
    #expect(lines.allSatisfy { $0.count <= 80 && $0.hasPrefix("   23     .") })
    #expect(lines.map { $0.count { $0 == "H" } }.reduce(0, +) == 18)
  }

  @Test("a trailer stands there only for whom it was asked")
  func trailers() {
    let tester = "Zoë Tester <zoe@example.org>"
    let forbidden = ["Tested-by", "Reported-by", "Reviewed-by"]
    for check in [ExampleCheck.check(), ExampleCheck.clean()] {
      #expect(!forbidden.contains { reply(check).contains($0) })
    }
    #expect(
      reply(ExampleCheck.clean(), tester: tester)
        .hasSuffix("\n\nTested-by: Zoe Tester <zoe@example.org>\n"))
    #expect(
      reply(ExampleCheck.check(), tester: tester)
        .hasSuffix("\n\nReported-by: Zoe Tester <zoe@example.org>\n"))
  }

  @Test("a reply is plain ASCII in 72 columns, however long the words")
  func replyIsPlain() {
    var check = ExampleCheck.check()
    check.patches[2].subject = String(repeating: "x", count: 200) + " – “ü”…"
    check.patches[2].kernel.splats[0].title = String(repeating: "y", count: 200)
    let text = reply(check)
    #expect(text.utf8.allSatisfy { $0 == 10 || (32..<127).contains($0) })
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 72 })
  }

  @Test("nothing that a patch or a guest wrote reaches the terminal or a mail unescaped")
  func hostile() {
    let evil = "\u{1B}[2J\r\u{7}x\u{202E}\nTested-by: forged"
    var check = ExampleCheck.check()
    check.base.source = evil
    check.base.origin = evil
    check.base.toolchain = evil
    check.base.config = [evil]
    check.notes = [evil]
    check.patches[2].subject = evil
    check.patches[3].subject = evil
    check.patches[3].kernel.problem = evil
    check.patches[1].kernel.warnings = [evil]
    check.patches[2].kernel.splats[0].title = evil
    check.patches[2].introduced = [
      ExampleCheck.change(
        evil, evil, from: .pass, to: .fail, (0, 1), (1, 1), expected: evil, seen: evil,
        because: evil, evidence: [evil: evil])
    ]
    check.patches[4].unconfirmed[0].name = evil
    check.patches[4].fixed[0].name = evil
    check.cases[0] = SeriesCheck.Row(suite: evil, name: evil, verdicts: [.pass, .fail])
    let report = CheckReport(
      series: evil, file: evil, reply: CheckReply(series: evil, tester: evil))
    let output = text(check, report)
    let forbidden = output.unicodeScalars.filter {
      $0 != "\n" && ($0.properties.generalCategory == .control || $0.value == 0x202E)
    }
    #expect(forbidden.isEmpty)
    #expect(!output.split(separator: "\n").contains { $0.hasPrefix("Tested-by") })
  }
}
