import KernelLog

/// Which differences between the base and a mutant prove that the suites see the planted bug.
package enum MutantRules {
  /// The cases that kill a mutant, in the order of the mutant's results.
  ///
  /// A case kills when it is worse on the mutant than in every repetition on the base, and nothing
  /// was red there; one that fails on the base still kills by a crash or a hang. A case whose result
  /// carries a splat that the base never shows kills whatever its verdict. `lost` and `missing`
  /// alone prove nothing.
  package static func kills(
    base: [CaseResult], mutant: [CaseResult]
  ) -> [MutantResult.Killer] {
    let verdicts = Dictionary(grouping: base) { Key($0) }.mapValues { Set($0.map(\.verdict)) }
    let known = Set(base.flatMap(\.splats).map(\.fingerprint))
    var order: [Key] = []
    var killers: [Key: MutantResult.Killer] = [:]
    for result in mutant {
      let key = Key(result)
      let isWorse = isWorse(result.verdict, than: verdicts[key] ?? [])
      let splat = result.splats.first { $0.kind != .nmi && !known.contains($0.fingerprint) }
      guard isWorse || splat != nil else { continue }
      let killer = MutantResult.Killer(
        suite: key.suite, name: key.name, verdict: result.verdict, isWorse: isWorse,
        splat: splat?.title)
      if killers[key] == nil { order.append(key) }
      // Of several repetitions the first that is worse speaks.
      if killers[key].map({ isWorse && !$0.isWorse }) ?? true { killers[key] = killer }
    }
    return order.compactMap { killers[$0] }
  }

  /// Whether a verdict is worse than all that the base showed.
  static func isWorse(_ verdict: Verdict, than base: Set<Verdict>) -> Bool {
    guard !base.isEmpty else { return false }
    let red = base.filter(\.isRed)
    guard red.isEmpty || (red == [.fail] && [.crash, .hang].contains(verdict)) else { return false }
    return base.allSatisfy { VerdictChange(from: $0, to: verdict) == .worse }
  }

  private struct Key: Hashable {
    let suite: String
    let name: String

    init(_ result: CaseResult) {
      suite = result.planned.suite
      name = result.planned.name
    }
  }
}
