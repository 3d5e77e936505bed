import Results

/// One case on one kernel and machine, with all its repetitions.
struct RepeatedCase {
  /// In the order of the run; never empty.
  private(set) var results: [CaseResult]
  /// The worst of them, which speaks for all.
  private(set) var worst: CaseResult

  private init(_ first: CaseResult) {
    results = [first]
    worst = first
  }

  var planned: PlannedCase { worst.planned }

  /// Red results of those, the speaking one included.
  var red: [CaseResult] { results.filter(\.isRed) }

  /// "3 of 10 repetitions"; nil when all say the same or there is one.
  var share: String? {
    let alike = results.count { $0.verdict == worst.verdict && $0.knownIssue == worst.knownIssue }
    return alike == results.count ? nil : "\(alike) of \(results.count) repetitions"
  }

  /// How long all of them took together, in milliseconds.
  var milliseconds: Int { results.compactMap(\.durationMilliseconds).reduce(0, +) }

  private mutating func add(_ result: CaseResult) {
    results.append(result)
    if Self.rank(result) < Self.rank(worst) { worst = result }
  }

  /// Red before known before everything else, each worst first.
  private static func rank(_ result: CaseResult) -> Int {
    let severity = FailureList.severity + [.skip, .pass]
    let place = severity.firstIndex(of: result.verdict) ?? severity.count
    return result.isRed ? place : place + (result.verdict.isRed ? 20 : 40)
  }

  /// The results of one suite on one kernel, by case, in the order of the first repetition.
  static func group(_ results: some Sequence<CaseResult>) -> [RepeatedCase] {
    var cases: [RepeatedCase] = []
    var places: [String: Int] = [:]
    for result in results {
      if let place = places[result.planned.name] {
        cases[place].add(result)
      } else {
        places[result.planned.name] = cases.count
        cases.append(RepeatedCase(result))
      }
    }
    return cases
  }
}
