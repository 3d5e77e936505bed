import KernelLog
import Results
import Testing

@Suite struct MutantRulesTests {
  private func results(_ verdicts: [Verdict], splats: [SplatRecord] = []) -> [CaseResult] {
    verdicts.enumerated().map { index, verdict in
      CaseResult(
        PlannedCase(
          kernel: "k", machine: "m", suite: "swap", name: "a", repetition: index + 1),
        verdict, splats: splats)
    }
  }

  private func splat(_ fingerprint: String, _ kind: SplatKind = .warning) -> SplatRecord {
    SplatRecord(
      kind: kind, title: "WARNING at \(fingerprint)", fingerprint: fingerprint, text: "",
      fatal: false)
  }

  static let rows: [(base: [Verdict], mutant: [Verdict], killer: Verdict?)] = [
    ([.pass], [.fail], .fail), ([.pass], [.crash], .crash), ([.pass], [.hang], .hang),
    ([.pass], [.error], .error), ([.pass], [.unexercised], .unexercised),
    ([.pass], [.skip], .skip), ([.pass], [.pass], nil), ([.pass], [.lost], nil),
    ([.pass], [.missing], nil), ([.fail], [.fail], nil), ([.fail], [.pass], nil),
    ([.fail], [.crash], .crash), ([.fail], [.hang], .hang), ([.fail], [.error], nil),
    ([.error], [.crash], nil), ([.hang], [.crash], nil), ([.missing], [.fail], nil),
    ([.skip], [.fail], .fail), ([.skip], [.skip], nil), ([.skip], [.pass], nil),
    ([.pass, .fail], [.fail], nil), ([.pass, .fail], [.crash], .crash),
    ([.pass, .hang], [.crash], nil), ([.pass, .skip], [.skip], nil),
    ([.pass, .pass], [.pass, .fail], .fail), ([.pass], [.pass, .lost], nil),
    ([], [.fail], nil),
  ]

  @Test("which verdicts kill", arguments: rows)
  func verdicts(base: [Verdict], mutant: [Verdict], killer: Verdict?) {
    let killers = MutantRules.kills(base: results(base), mutant: results(mutant))
    #expect(killers.map(\.verdict) == (killer.map { [$0] } ?? []))
    #expect(killers.allSatisfy { $0.isWorse && $0.splat == nil })
  }

  @Test(
    "a splat that the base does not show kills whatever the verdict",
    arguments: [
      Verdict.fail, .lost, .pass,
    ])
  func newSplat(verdict: Verdict) throws {
    let base = results([.fail], splats: [splat("a")])
    #expect(MutantRules.kills(base: base, mutant: results([.fail], splats: [splat("a")])).isEmpty)
    let killers = MutantRules.kills(
      base: base, mutant: results([verdict], splats: [splat("a"), splat("b")]))
    #expect(
      killers == [
        MutantResult.Killer(
          suite: "swap", name: "a", verdict: verdict, isWorse: false, splat: "WARNING at b")
      ])
  }

  @Test("the answer to the host's own NMI is no proof")
  func nmi() {
    let mutant = results([.fail], splats: [splat("b", .nmi)])
    #expect(MutantRules.kills(base: results([.fail]), mutant: mutant).isEmpty)
  }

  @Test("cases kill in the order of the results, boot first")
  func order() {
    let boot = PlannedCase.boot(kernel: "k", machine: "m")
    let base = [CaseResult(boot, .pass)] + results([.pass])
    let mutant = [CaseResult(boot, .crash)] + results([.missing])
    let result = MutantResult(
      mutant: "01", file: "01.patch", area: nil, rule: nil, base: base, results: mutant)
    #expect(result.killed == true && result.how == .boot)
    #expect(result.by.map(\.name) == ["boot"])
  }

  @Test("how a mutant was killed: a verdict is better proof than a splat, a splat than the boot")
  func how() {
    func result(_ killers: [MutantResult.Killer]) -> MutantResult {
      MutantResult(mutant: "m", file: "m.patch", killed: true, by: killers)
    }
    let boot = MutantResult.Killer(suite: "boot", name: "boot", verdict: .fail)
    let seen = MutantResult.Killer(suite: "swap", name: "a", verdict: .fail, splat: "W")
    let warned = MutantResult.Killer(
      suite: "swap", name: "b", verdict: .fail, isWorse: false, splat: "W")
    #expect(result([boot, warned, seen]).how == .verdict)
    #expect(result([boot, warned]).how == .splat)
    #expect(result([boot]).how == .boot)
    #expect(MutantResult(mutant: "m", file: "m.patch", killed: false).how == nil)
  }

  @Test("a mutant on which nothing came to a verdict is untested, not survived")
  func untested() {
    func killed(_ verdicts: [Verdict]) -> Bool? {
      MutantResult(
        mutant: "m", file: "m", area: nil, rule: nil, base: results([.pass]),
        results: results(verdicts)
      ).killed
    }
    #expect(killed([.lost]) == nil)
    #expect(killed([.missing]) == nil)
    #expect(killed([]) == nil)
    #expect(killed([.pass]) == false)
    #expect(killed([.lost, .fail]) == true)
  }
}
