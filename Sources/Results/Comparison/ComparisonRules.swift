/// From two sides' counts to a class.
package enum ComparisonRules {
  /// A difference whose probability of being chance is at most this is one.
  package static let confirmingProbability = PatchCheck.Change.confirmingProbability

  /// What was decided, and how likely chance does the same.
  package struct Ruling: Equatable, Sendable {
    package var verdict: ComparisonClass
    /// Fisher's probability of a difference at least so large in this direction; nil without conclusive runs
    /// on both sides, and where nothing differs.
    package var p: Double?
  }

  /// Classes a case.
  ///
  /// `hasNewSplat`: the candidate's kernel printed a complaint that the base's did not. `trustsTime` is false
  /// when the sides had different accelerators: a hang says nothing then.
  package static func ruling(
    base: CaseTally?, candidate: CaseTally?, hasNewSplat: Bool = false, trustsTime: Bool = true
  ) -> Ruling {
    let from = base?.state ?? .absent
    let to = candidate?.state ?? .absent
    guard let base, let candidate else {
      return Ruling(verdict: ComparisonClass(from: from, to: to), p: nil)
    }
    if !trustsTime, from != to, from == .verdict(.hang) || to == .verdict(.hang) {
      return Ruling(verdict: .inconclusive, p: nil)
    }
    let p = probability(base, candidate)
    if base.isMixed || candidate.isMixed, base.conclusive > 0, candidate.conclusive > 0 {
      return Ruling(verdict: mixed(base, candidate, p: p ?? 1), p: p ?? 1)
    }
    var verdict = ComparisonClass(from: from, to: to)
    if verdict == .stillFailing, hasNewSplat, to != .known { verdict = .regression }
    if verdict == .unchanged, candidate.untested > 0, base.untested == 0 { verdict = .lostCoverage }
    return Ruling(verdict: verdict, p: p)
  }

  /// Where a side has both outcomes, only the numbers decide.
  private static func mixed(
    _ base: CaseTally, _ candidate: CaseTally, p: Double
  ) -> ComparisonClass {
    if p <= confirmingProbability {
      let isWorse =
        candidate.broken * base.conclusive > base.broken * candidate.conclusive
      if isWorse { return candidate.state == .known ? .stillFailing : .regression }
      if candidate.broken == 0 { return .fixed }
    }
    return .flaky
  }

  /// The probability of the side that got worse; nil where the rates are the same.
  private static func probability(_ base: CaseTally, _ candidate: CaseTally) -> Double? {
    let (before, after) = (base.fisherCount, candidate.fisherCount)
    guard before.runs > 0, after.runs > 0 else { return nil }
    let difference = after.fails * before.runs - before.fails * after.runs
    if difference == 0 { return nil }
    return difference > 0
      ? FisherExact.worse(base: before, patch: after)
      : FisherExact.better(base: before, patch: after)
  }
}
