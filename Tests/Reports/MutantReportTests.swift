import Foundation
import Reports
import Results
import Testing

@Suite struct MutantReportTests {
  private static func killer(
    _ name: String, _ verdict: Verdict = .fail, suite: String = "swap", isWorse: Bool = true
  ) -> MutantResult.Killer {
    MutantResult.Killer(
      suite: suite, name: name, verdict: verdict, isWorse: isWorse,
      splat: isWorse ? nil : "WARNING at mm/memory.c:3941 do_swap_page")
  }

  static let score = MutantScore(
    base: MutantScore.Base(
      source: "debian-source-6.12", origin: "Debian linux-source-6.12 6.12.107-1 from trixie",
      release: "6.12.107", config: ["base", "debug"], toolchain: "gcc 12.2.0, GNU ld 2.40",
      machine: "default", accelerator: "tcg"),
    results: [
      MutantResult(
        mutant: "01-swapout-drops-uffd-wp", file: "01-swapout-drops-uffd-wp.patch",
        area: "uffd-wp/swap", rule: "the bit must be carried into the swap entry", killed: true,
        by: [
          killer("swap-anon.out-in-keeps/4k"), killer("swap.wp-while-out"),
          killer("swap.toggle-storm", .hang),
        ]),
      MutantResult(
        mutant: "61-warn-on-wp-swap", file: "61-warn-on-wp-swap.patch", area: "uffd-wp/swap",
        killed: true, by: [killer("swap.wp-while-out", isWorse: false)]),
      MutantResult(
        mutant: "66-fork-swap-keeps-exclusive", file: "66.patch", area: "fork", killed: true,
        by: [killer("boot", .crash, suite: "boot")]),
      MutantResult(
        mutant: "70-cow-wrong-subpage", file: "70.patch", area: "fork",
        rule: "a copy takes the subpage that was written", killed: false),
      MutantResult(
        mutant: "71-does-not-build", file: "71.patch",
        problem: "mm/rmap.c:7:1: error: expected ‘;’\nmake: *** Error 1"),
    ],
    cases: ["swap-anon.out-in-keeps/4k", "swap.wp-while-out", "swap.toggle-storm", "swap.x"].map {
      MutantScore.Case(suite: "swap", name: $0)
    })

  private func text(_ score: MutantScore, _ report: MutantReport = MutantReport()) -> String {
    var text = ""
    report.write(score, to: &text)
    return text
  }

  @Test("a score, as a person reads it")
  func human() throws {
    try expectSnapshot(text(Self.score, MutantReport(width: 100)), "mutants-human")
  }

  @Test("a score as JSON, whole, and read back")
  func json() throws {
    var text = ""
    try JSONReport().write(Self.score, to: &text)
    try expectSnapshot(text, "mutants-json")
    #expect(try JSONDecoder().decode(MutantScore.self, from: Data(text.utf8)) == Self.score)
  }

  @Test("a score of nothing is none")
  func empty() {
    var score = Self.score
    score.results = []
    score.cases = []
    #expect(text(score).hasSuffix("NO SCORE  0 killed, 0 survived\n"))
    #expect(score.exitStatus == 1)
  }

  @Test("only a full score reads 100 %")
  func rounding() {
    var score = Self.score
    let killed = score.results[0]
    score.results = Array(repeating: killed, count: 2000) + [score.results[3]]
    #expect(text(score).hasSuffix("SCORE 99.9 %  2000 killed, 1 survived\n"))
    score.results.removeLast()
    #expect(text(score).hasSuffix("SCORE 100 %  2000 killed, 0 survived\n"))
    #expect(score.exitStatus == 0)
  }

  @Test("nothing that a mutant or a guest wrote reaches the terminal unescaped")
  func hostile() {
    let evil = "\u{1B}[2J\r\u{7}x\u{202E}\nSCORE 100 %"
    var score = Self.score
    score.base.origin = evil
    score.results = [
      MutantResult(mutant: evil, file: evil, area: evil, killed: true, by: [Self.killer(evil)]),
      MutantResult(mutant: evil, file: evil, area: "b", rule: evil, killed: false),
      MutantResult(mutant: evil, file: evil, problem: evil),
    ]
    score.cases = [MutantScore.Case(suite: "swap", name: evil)]
    let output = text(score, MutantReport(width: 300))
    let forbidden = output.unicodeScalars.filter {
      $0 != "\n" && ($0.properties.generalCategory == .control || $0.value == 0x202E)
    }
    #expect(forbidden.isEmpty)
    #expect(!output.split(separator: "\n").contains { $0.hasPrefix("SCORE 100") })
  }
}
