import Results

/// The red results of a run, the same failure on several kernels told once.
struct FailureList {
  /// One failure, wherever it happened.
  struct Entry {
    /// The first result, which speaks for all.
    let result: CaseResult
    /// Kernels by name, with how often of how many repetitions.
    var places: [String]
    /// How many cases are missing for this reason; 1 for every other verdict.
    let caseCount: Int
    /// Their suites.
    let suites: [String]
  }

  let entries: [Entry]

  /// Groups what is red; worst first, then in the order of the run.
  init(_ run: Run) {
    let machines = TextLayout.unique(run.results.map(\.planned.machine)).count
    var order: [Key] = []
    var groups: [Key: [CaseResult]] = [:]
    for result in run.redResults {
      let key = Key(result, machines: machines)
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(result)
    }
    let entries = order.compactMap { groups[$0] }.compactMap { results in
      results.first.map { first in
        Entry(
          result: first,
          places: Self.places(results, of: run, machines: machines),
          caseCount: first.verdict == .missing ? Set(results.map(\.planned.name)).count : 1,
          suites: TextLayout.unique(results.map(\.planned.suite)))
      }
    }
    self.entries = Self.severity.flatMap { verdict in
      entries.filter { $0.result.verdict == verdict }
    }
  }

  /// The red verdicts, worst first.
  static let severity: [Verdict] = [
    .crash, .hang, .fail, .lost, .error, .unexercised, .missing,
  ]

  private static func places(
    _ results: [CaseResult], of run: Run, machines: Int
  ) -> [String] {
    let repetitions = run.results.map(\.planned.repetition).max() ?? 1
    let names = results.map { RunGrid.name($0.planned, machines: machines) }
    let counts = TextLayout.unique(names).map { name in (name, names.count { $0 == name }) }
    let isEverywhere = counts.count > 2 && counts.count == RunGrid(run).kernels.count
    guard repetitions > 1, results.first?.verdict != .missing else {
      return isEverywhere ? ["all \(counts.count) kernels"] : counts.map(\.0)
    }
    if isEverywhere, Set(counts.map(\.1)).count == 1 {
      return ["all \(counts.count) kernels, \(counts[0].1) of \(repetitions) times each"]
    }
    return counts.map { "\($0) (\($1) of \(repetitions) times)" }
  }

  /// What makes two failures the same.
  private struct Key: Hashable {
    let suite: String
    let name: String
    let verdict: Verdict
    let reason: Reason?
    let expected: String?
    let seen: String?
    let splats: [String]
    /// Missing cases are grouped by kernel, other failures across kernels.
    let kernel: String

    init(_ result: CaseResult, machines: Int) {
      let isMissing = result.verdict == .missing
      suite = isMissing ? "" : result.planned.suite
      name = isMissing ? "" : result.planned.name
      verdict = result.verdict
      reason = result.reason
      expected = result.expected
      seen = result.seen
      splats = result.splats.map(\.fingerprint)
      kernel = isMissing ? RunGrid.name(result.planned, machines: machines) : ""
    }
  }
}
