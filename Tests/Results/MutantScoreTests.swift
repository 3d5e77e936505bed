import Foundation
import Results
import Testing

@Suite struct MutantScoreTests {
  static let base = MutantScore.Base(
    source: "debian-source-6.12", origin: "o", config: ["base"], machine: "default",
    accelerator: "tcg")

  static func killer(_ name: String) -> MutantResult.Killer {
    MutantResult.Killer(suite: "swap", name: name, verdict: .fail)
  }

  static let score = MutantScore(
    base: base,
    results: [
      MutantResult(
        mutant: "01", file: "01.patch", killed: true, by: [killer("a"), killer("b")]),
      MutantResult(mutant: "02", file: "02.patch", killed: true, by: [killer("b")]),
      MutantResult(mutant: "03", file: "03.patch", killed: false),
      MutantResult(mutant: "04", file: "04.patch", problem: "does not build"),
    ],
    cases: ["a", "b", "c"].map { MutantScore.Case(suite: "swap", name: $0) })

  @Test("the score counts what was tested")
  func counts() throws {
    #expect(Self.score.killed == 2 && Self.score.survived == 1 && Self.score.untested == 1)
    #expect(Self.score.score == 2.0 / 3)
    #expect(MutantScore(base: Self.base, results: [Self.score.results[3]]).score == nil)
  }

  @Test("a case is credited with what it kills, and with what it kills alone")
  func credit() {
    #expect(Self.score.cases.map { Self.score.kills(of: $0) } == [["01"], ["01", "02"], []])
    #expect(Self.score.cases.map { Self.score.killsAlone(of: $0) } == [[], ["02"], []])
  }

  @Test("what was written can be read back, and another schema cannot")
  func roundTrip() throws {
    let data = try JSONEncoder().encode(Self.score)
    #expect(try JSONDecoder().decode(MutantScore.self, from: data) == Self.score)
    let other = String(decoding: data, as: UTF8.self).replacing(
      "\"schema\":1", with: "\"schema\":2")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(MutantScore.self, from: Data(other.utf8))
    }
  }
}
