import Results

/// What every format of a comparison says in the same words.
struct ComparisonPhrases {
  /// More cases of a class are told in groups, regressions apart.
  private static let mostAlone = 40

  /// Whether a class is told case by case, not in groups.
  static func tellsEach(_ verdict: ComparisonClass, _ count: Int) -> Bool {
    switch verdict {
    case .regression: true
    case .lostCoverage, .flaky, .inconclusive: count <= mostAlone
    default: false
    }
  }

  static func heading(_ verdict: ComparisonClass) -> String {
    switch verdict {
    case .regression: "regressions"
    case .lostCoverage: "lost coverage"
    case .flaky: "flaky"
    case .inconclusive: "inconclusive"
    case .noLongerSupported: "no longer supported"
    case .stillFailing: "still failing"
    case .fixed: "fixed"
    case .newlySupported: "newly supported"
    case .appeared: "appeared"
    case .unchanged: "unchanged"
    }
  }

  /// `swap/swap-anon.out-in-keeps/anon`, with kernel and machine where there are several.
  static func title(_ identity: ComparedCase.Identity, in comparison: Comparison) -> String {
    let machines = Set(comparison.base.machines + comparison.candidate.machines)
    let place = [
      identity.kernel.isEmpty ? nil : identity.kernel, machines.count > 1 ? identity.machine : nil,
    ].compactMap { $0 }.joined(separator: ", ")
    let name = HumanReport.title(
      PlannedCase(kernel: "", machine: "", suite: identity.suite, name: identity.name))
    return place.isEmpty ? name : "\(name)  (\(place))"
  }

  /// `pass → fail`.
  static func change(_ row: Comparison.Row) -> String {
    "\(word(row.base)) → \(word(row.candidate))"
  }

  private static func word(_ half: Comparison.Half?) -> String {
    guard let half else { return SideState.absent.word }
    if half.tally.isMixed { return "mixed" }
    if half.tally.state == .known { return "\(half.result?.verdict.rawValue ?? "fail") (known)" }
    return half.tally.state.word
  }

  /// `base 0/20, candidate 7/20 failed, p = 0.004`; nil for one run on each side.
  static func counts(_ row: Comparison.Row) -> String? {
    guard let base = row.base?.tally, let candidate = row.candidate?.tally,
      base.total > 1 || candidate.total > 1
    else { return nil }
    let numbers =
      "base \(base.broken)/\(base.conclusive), "
      + "candidate \(candidate.broken)/\(candidate.conclusive) failed"
    let untested = candidate.untested > 0 ? ", \(candidate.untested) not tested" : ""
    return numbers + untested + (row.p.map { ", p = \(probability($0))" } ?? "")
  }

  /// Whether a probability is told.
  static func usesTest(_ comparison: Comparison) -> Bool {
    comparison.rows.contains { $0.p != nil && counts($0) != nil }
  }

  /// Two significant digits.
  static func probability(_ p: Double) -> String {
    if p >= 0.995 { return "1" }
    if p < 0.0001 { return "< 0.0001" }
    var factor = 100.0
    while p * factor < 10 { factor *= 10 }
    return "\((p * factor).rounded() / factor)"
  }

  /// Evidence that the sides do not share: key, base, candidate.
  static func evidence(_ row: Comparison.Row) -> [(key: String, base: String?, candidate: String?)]
  {
    let before = row.base?.result?.evidence ?? [:]
    let after = row.candidate?.result?.evidence ?? [:]
    return Set(before.keys).union(after.keys).sorted()
      .filter { before[$0] != after[$0] }.map { ($0, before[$0], after[$0]) }
  }

  /// Rows of which the side that does not pass says the same.
  struct Group {
    var why: String
    /// Suites, with kernels where there are several, and how many cases each has.
    var places: [(name: String, count: Int)] = []
    var rows: [Comparison.Row] = []

    /// `feature: no wp-file (cow 2, fork 10)`; of one case its name.
    func text(in comparison: Comparison) -> String {
      let place =
        rows.count == 1
        ? rows.first.map { title($0.identity, in: comparison) } ?? ""
        : places.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
      return why.isEmpty ? place : "\(why) (\(place))"
    }
  }

  /// Rows by what is said of them; the largest group first.
  static func groups(_ rows: [Comparison.Row]) -> [Group] {
    var order: [String: Int] = [:]
    var groups: [Group] = []
    for row in rows {
      let why = why(row)
      let index = order[why] ?? groups.count
      if index == groups.count {
        order[why] = index
        groups.append(Group(why: why))
      }
      let names = [row.identity.kernel, row.identity.suite].filter { !$0.isEmpty }
      let name = names.joined(separator: " ")
      groups[index].rows.append(row)
      if let known = groups[index].places.firstIndex(where: { $0.name == name }) {
        groups[index].places[known].count += 1
      } else {
        groups[index].places.append((name, 1))
      }
    }
    return groups.enumerated().sorted {
      ($1.element.rows.count, $0.offset) < ($0.element.rows.count, $1.offset)
    }.map(\.element)
  }

  private static func why(_ row: Comparison.Row) -> String {
    let isBase = row.verdict == .newlySupported || row.verdict == .fixed
    let half = isBase ? row.base : row.candidate
    if let issue = half?.result?.knownIssue { return "known issue \(issue)" }
    let reason = half?.result?.reason.map { "\($0.kind.rawValue): \($0.text)" }
    let saysWord = [.appeared, .lostCoverage, .inconclusive, .flaky].contains(row.verdict)
    let word = saysWord ? half?.tally.state.word ?? SideState.absent.word : nil
    return [word, reason].compactMap { $0 }.joined(separator: ", ")
  }

  /// All classes that occur, unchanged last: `2 regressions, 105 newly supported, 1512 unchanged`.
  static func summary(_ comparison: Comparison) -> String {
    ComparisonClass.allCases.compactMap { verdict in
      let count = comparison.count(verdict)
      if count == 0 { return nil }
      let word = verdict == .regression && count == 1 ? "regression" : heading(verdict)
      return "\(count) \(word)"
    }.joined(separator: ", ")
  }

  /// `run 20261121-121018-b11f, debian-6.1 (6.1.0-56-cloud-amd64), machine default, tcg, 1772 results`.
  static func side(_ side: Comparison.Side) -> String {
    let releases = side.releases.isEmpty ? "" : " (\(side.releases.joined(separator: ", ")))"
    return [
      "run \(side.runs.joined(separator: ", "))",
      side.kernels.joined(separator: ", ") + releases,
      "machine \(side.machines.joined(separator: ", "))",
      side.accelerators.joined(separator: ", "), TextLayout.count(side.results, "result"),
    ].filter { !$0.isEmpty }.joined(separator: ", ")
  }
}
