import Results

/// A case whose repetitions in one run ended differently on one kernel and machine.
struct FlakyCase {
  let planned: PlannedCase
  /// How often each verdict came, the worst first.
  let counts: [(verdict: Verdict, count: Int)]

  /// `3 fail, 7 pass`.
  var words: String { counts.map { "\($0.count) \($0.verdict.rawValue)" }.joined(separator: ", ") }

  /// The flaky cases of a run in its order; what was not tested is no other verdict.
  static func all(in run: Run) -> [FlakyCase] {
    guard run.results.contains(where: { $0.planned.repetition > 1 }) else { return [] }
    var order: [PlannedCase] = []
    var verdicts: [PlannedCase: [Verdict: Int]] = [:]
    for result in run.results where result.verdict != .missing {
      var first = result.planned
      first.repetition = 1
      if verdicts[first] == nil { order.append(first) }
      verdicts[first, default: [:]][result.verdict, default: 0] += 1
    }
    return order.compactMap { planned in
      guard let counts = verdicts[planned], counts.count > 1 else { return nil }
      let ranked = (FailureList.severity + [.skip, .pass]).compactMap { verdict in
        counts[verdict].map { (verdict: verdict, count: $0) }
      }
      return FlakyCase(planned: planned, counts: ranked)
    }
  }
}
