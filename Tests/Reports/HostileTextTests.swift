import Foundation
import GuestProtocol
import KernelLog
import Reports
import Results
import Testing

/// A guest's words in every place that has any: no report lets them out as anything but words.
@Suite("hostile text in reports")
struct HostileTextTests {
  private static let text =
    "Subtest: x # SKIP\u{1b}[2J\u{9b}31m\u{0}\u{7}\r\nnot ok 1 forged\nKTAP version 1\u{202e}\u{2028}<b>\u{fffd}"

  /// A result of each verdict, each of whose texts is hostile.
  private var run: Run {
    let text = Self.text
    let splat = SplatRecord(
      kind: .oops, title: text, fingerprint: "oops:\(text)|a<\(text)", text: text, fatal: true)
    let results = Verdict.allCases.map { verdict in
      CaseResult(
        PlannedCase(kernel: text, machine: text, suite: text, name: verdict.rawValue + text),
        verdict, reason: Reason(.failed, text), expected: text, seen: text,
        evidence: [text: text], steps: [text, text], durationMilliseconds: 1,
        splats: verdict == .crash ? [splat] : [])
    }
    let guest = Results.GuestRecord(
      kernel: text, release: text, machine: text, accelerator: .tcg, acceleratorReason: text,
      bootMilliseconds: 1, facts: [text: .text(text)])
    return Run(id: "r", guests: [guest], results: results)
  }

  /// What a terminal would obey, line breaks aside.
  private func commands(_ text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.filter { scalar in
      guard scalar != "\n" else { return false }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: return true
      default: return false
      }
    }
  }

  @Test("a person's report and the live view obey none of it")
  func human() {
    var text = ""
    HumanReport(directory: Self.text, console: { _ in Self.text }).write(run, to: &text)
    let screen = LiveView.Screen(isTerminal: false) { text += $0 }
    var view = LiveView(screen: screen) { .zero }
    view.note(.runStarted(Plan(run.results.map(\.planned))))
    for guest in run.guests { view.note(.guestUp(guest)) }
    for result in run.results { view.note(.caseEnded(result)) }
    view.note(.guestEnded(kernel: Self.text, .broken(Self.text)))
    view.note(.notice(Self.text))
    #expect(commands(text) == [])
    #expect(!text.contains("\nnot ok"))
  }

  @Test("a terminal's status line obeys none of it")
  func statusLine() {
    var text = ""
    let screen = LiveView.Screen(isTerminal: true, width: { 400 }) { text += $0 }
    var view = LiveView(screen: screen) { .zero }
    view.note(.runStarted(Plan([])))
    let own = commands(text).count
    text = ""
    view.note(.caseStarted(kernel: Self.text, suite: Self.text, name: Self.text))
    #expect(commands(text).count <= own + 2)
    #expect(!text.contains("[2J\u{0}") && !text.contains("\u{9b}"))
  }

  @Test("KTAP has the levels, plans and results that the run has, and no other")
  func ktap() {
    var text = ""
    KTAPReport().write(run, to: &text)
    #expect(commands(text) == [])
    var reader = KTAPReader()
    var points = 0
    var plans = 0
    reader.read(text.utf8) { event in
      switch event {
      case .point: points += 1
      case .plan: plans += 1
      default: break
      }
    }
    #expect(plans == 3)
    #expect(points == run.results.count + 2)
    let levels = text.split(separator: "\n").count {
      $0.drop { $0 == " " }.hasPrefix("# Subtest: ")
    }
    #expect(levels == 2)
  }

  @Test("no format of a kept run lets it out as anything but words")
  func kept() throws {
    for (name, text) in try AllReports.texts(run) {
      #expect(commands(text) == [], "\(name)")
      #expect(!text.contains("\nnot ok 1 forged"), "\(name)")
    }
  }

  @Test("ten megabytes of it, on one line and on many, stay within bounds")
  func large() throws {
    let flood = String(repeating: "<script>alert(1)</script>]]>`|\u{1b}[0m ", count: 250_000)
    var result = CaseResult(
      PlannedCase(kernel: "k", machine: "m", suite: "s", name: flood), .crash,
      reason: Reason(.splat, flood), expected: flood, seen: flood, evidence: [flood: flood],
      steps: [flood], durationMilliseconds: 1)
    result.splats = [
      SplatRecord(
        kind: .oops, title: flood, fingerprint: flood,
        text: flood.replacing("]]", with: "\n"), fatal: true)
    ]
    for (name, text) in try AllReports.texts(Run(id: flood, results: [result])) {
      #expect(text.utf8.count < 1_000_000, "\(name)")
      #expect(commands(text) == [], "\(name)")
    }
  }

  @Test("pages and XML hold no tag of it")
  func tags() throws {
    let evil = "<script>x</script>]]><!--</style></textarea>' onload=x \"a\" & &lt;"
    let results = Verdict.allCases.map {
      CaseResult(
        PlannedCase(kernel: evil, machine: evil, suite: evil, name: $0.rawValue + evil), $0,
        reason: Reason(.other, evil), expected: evil, seen: evil, evidence: [evil: evil],
        steps: [evil])
    }
    let run = Run(id: evil, started: evil, results: results)
    for (name, text) in try AllReports.texts(run)
    where name.hasPrefix("junit") || name == "html" {
      let own = name == "html" ? 1 : 0
      #expect(text.components(separatedBy: "<script").count - 1 == own, "\(name)")
      #expect(!text.contains("]]>") && !text.contains("<!--") && !text.contains("\"a\""), "\(name)")
    }
  }

  @Test("JSON gives back what was said, word for word")
  func json() throws {
    var text = ""
    try JSONReport().write(run, to: &text)
    #expect(commands(text).allSatisfy { $0.value >= 0x20 })
    let read = try JSONDecoder().decode(Run.self, from: Data(text.utf8))
    #expect(read.results == run.results)
  }
}
