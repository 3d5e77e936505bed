import Foundation
import Results
import Testing

/// The classes of docs/history.md, for every pair of verdicts and for repeats.
@Suite struct ComparisonClassTests {
  @Test("the page's table is the code's, for every pair")
  func documented() throws {
    let page = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/history.md"), encoding: .utf8)
    let lines = page.components(separatedBy: "\n")
    let head = try #require(lines.firstIndex { $0.hasPrefix("| base | pass |") })
    func cells(_ line: String) -> [String] {
      line.split(separator: "|").map {
        $0.trimmingCharacters(in: .whitespaces).replacing("`", with: "")
      }
    }
    let columns = cells(lines[head]).dropFirst()
    let rows = lines[(head + 2)...].prefix { $0.hasPrefix("|") }.map(cells)
    #expect(Set(columns) == Set(SideState.all.map(\.word)))
    #expect(Set(rows.map { $0[0] }) == Set(SideState.all.map(\.word)))
    for row in rows {
      let from = try #require(SideState.all.first { $0.word == row[0] })
      for (column, documented) in zip(columns, row.dropFirst()) where documented != "–" {
        let to = try #require(SideState.all.first { $0.word == column })
        #expect(
          ComparisonClass(from: from, to: to).rawValue == documented, "\(row[0]) to \(column)")
      }
    }
  }

  @Test("one run on each side is classed as its verdicts are", arguments: SideState.all)
  func single(_ from: SideState) {
    for to in SideState.all where from != .absent || to != .absent {
      let ruling = ComparisonRules.ruling(base: Self.tally(from), candidate: Self.tally(to))
      #expect(ruling.verdict == ComparisonClass(from: from, to: to), "\(from) to \(to)")
      #expect(ruling.p.map { $0 >= 0.5 } ?? true)
    }
  }

  private static func tally(_ state: SideState) -> CaseTally? {
    switch state {
    case .verdict(let verdict): CaseTally(verdict)
    case .known: CaseTally(known: .fail)
    case .absent: nil
    }
  }

  private static func tally(_ counts: [Verdict: Int], known: Int = 0) -> CaseTally {
    var tally = CaseTally()
    for (verdict, count) in counts {
      for index in 0..<count { tally.add(verdict, isKnown: index < known) }
    }
    return tally
  }

  @Test(
    "repeats are asked of Fisher's test where a side has both outcomes",
    arguments: [
      (0, 20, 7, 20, ComparisonClass.regression), (0, 20, 2, 20, .flaky), (7, 20, 0, 20, .fixed),
      (2, 20, 0, 20, .flaky), (3, 20, 4, 20, .flaky), (2, 20, 20, 20, .regression),
      (20, 20, 5, 20, .flaky), (0, 5, 5, 5, .regression), (5, 5, 0, 5, .fixed),
      (5, 5, 5, 5, .stillFailing), (0, 5, 0, 5, .unchanged), (0, 1, 1, 20, .flaky),
    ])
  func repeats(_ a: Int, _ n: Int, _ b: Int, _ m: Int, _ wanted: ComparisonClass) {
    let ruling = ComparisonRules.ruling(
      base: Self.tally([.fail: a, .pass: n - a]), candidate: Self.tally([.fail: b, .pass: m - b]))
    #expect(ruling.verdict == wanted)
    #expect((ruling.p == nil) == (a * m == b * n && a % n == 0))
  }

  @Test("7 of 20 against 0 of 20 is chance once in 250 times")
  func probability() throws {
    let ruling = ComparisonRules.ruling(
      base: Self.tally([.pass: 20]), candidate: Self.tally([.fail: 7, .pass: 13]))
    #expect(abs(try #require(ruling.p) - 0.004_157) < 0.000_01)
  }

  @Test("what is known on the candidate is never a regression, mixed or not")
  func known() {
    let base = Self.tally([.pass: 20])
    let mixed = Self.tally([.fail: 10, .pass: 10], known: 10)
    #expect(ComparisonRules.ruling(base: base, candidate: mixed).verdict == .stillFailing)
    let partly = Self.tally([.fail: 10, .pass: 10], known: 9)
    #expect(ComparisonRules.ruling(base: base, candidate: partly).verdict == .regression)
  }

  @Test("a splat that the base does not have turns still-failing into a regression")
  func newSplat() {
    let fail = CaseTally(.fail)
    #expect(
      ComparisonRules.ruling(base: fail, candidate: fail, hasNewSplat: true).verdict == .regression)
    #expect(ComparisonRules.ruling(base: fail, candidate: fail).verdict == .stillFailing)
    let known = CaseTally(known: .fail)
    #expect(
      ComparisonRules.ruling(base: fail, candidate: known, hasNewSplat: true).verdict
        == .stillFailing)
  }

  @Test("a hang under another accelerator says nothing, one on both sides still fails")
  func accelerator() {
    let (pass, hang) = (CaseTally(.pass), CaseTally(.hang))
    #expect(
      ComparisonRules.ruling(base: pass, candidate: hang, trustsTime: false).verdict
        == .inconclusive)
    #expect(
      ComparisonRules.ruling(base: hang, candidate: hang, trustsTime: false).verdict
        == .stillFailing)
    #expect(ComparisonRules.ruling(base: pass, candidate: hang).verdict == .regression)
  }

  @Test("repetitions that were not run cost coverage, and are no failures")
  func untested() {
    let whole = Self.tally([.pass: 20])
    let part = Self.tally([.pass: 1, .missing: 19])
    #expect(ComparisonRules.ruling(base: whole, candidate: part).verdict == .lostCoverage)
    #expect(ComparisonRules.ruling(base: part, candidate: whole).verdict == .unchanged)
    #expect(ComparisonRules.ruling(base: part, candidate: part).verdict == .unchanged)
  }

  @Test("conclusive repetitions stand for a side, or else the most frequent of the others")
  func states() {
    #expect(Self.tally([.error: 3, .pass: 1]).state == .verdict(.pass))
    #expect(Self.tally([.error: 3, .skip: 1]).state == .verdict(.error))
    #expect(Self.tally([.missing: 2, .unexercised: 3]).state == .verdict(.unexercised))
    #expect(Self.tally([.fail: 3, .crash: 1]).state == .verdict(.crash))
    #expect(CaseTally().state == .absent)
  }
}
