/// Joins two sides by identity, then classes each pair.
struct ComparisonJoin {
  private(set) var counts: [ComparisonClass: Int] = [:]
  private(set) var timing: [Comparison.Timing] = []
  private var pairs: [Pair] = []

  private var left: [ComparedCase]
  private var right: [ComparedCase]
  private let trustsTime: Bool
  private let changedPrograms: Set<String>

  private struct Pair {
    let ruling: ComparisonRules.Ruling
    /// Places in the two lists.
    let base: Int?
    let candidate: Int?
  }

  /// `isPaired`: the kernels are compared whatever their names, so that names do not count.
  init(_ base: ComparedSide, _ candidate: ComparedSide, isPaired: Bool) {
    left = base.cases
    right = candidate.cases
    trustsTime =
      Set(base.guests.map(\.accelerator)) == Set(candidate.guests.map(\.accelerator))
      || base.guests.isEmpty || candidate.guests.isEmpty
    changedPrograms = SideDifference.changedPrograms(base.guests, candidate.guests)
    if isPaired {
      for index in left.indices { left[index].identity.kernel = "" }
      for index in right.indices { right[index].identity.kernel = "" }
    }
    // One machine against one other, which only --force lets through.
    if let from = base.machines.first, base.machines.count == 1, candidate.machines.count == 1 {
      for index in right.indices { right[index].identity.machine = from }
    }
  }

  /// Classes every case of either side.
  mutating func run() {
    var places: [ComparedCase.Identity: Int] = Dictionary(minimumCapacity: left.count)
    for index in left.indices { places[left[index].identity] = index }
    var isMet = Array(repeating: false, count: left.count)
    for index in right.indices {
      let base = places[right[index].identity]
      if let base { isMet[base] = true }
      take(base, index)
    }
    for index in left.indices where !isMet[index] { take(index, nil) }
  }

  private mutating func take(_ base: Int?, _ candidate: Int?) {
    let before = base.map { left[$0] }
    let after = candidate.map { right[$0] }
    let isNew = after.map { !$0.splats.allSatisfy { (before?.splats ?? []).contains($0) } } ?? false
    let ruling = ComparisonRules.ruling(
      base: before?.tally, candidate: after?.tally, hasNewSplat: isNew, trustsTime: trustsTime)
    counts[ruling.verdict, default: 0] += 1
    if let before, let after { noteTiming(before, after) }
    if ruling.verdict != .unchanged {
      pairs.append(Pair(ruling: ruling, base: base, candidate: candidate))
    }
  }

  private mutating func noteTiming(_ before: ComparedCase, _ after: ComparedCase) {
    guard trustsTime, after.durations.count >= NoiseBand.fewest,
      let band = NoiseBand(before.durations)
    else { return }
    let median = NoiseBand.median(after.durations)
    if !band.contains(median) {
      timing.append(
        Comparison.Timing(identity: after.identity, band: band, candidateMilliseconds: median))
    }
  }

  /// The rows, the worst class first, then in the candidate's order.
  func rows(
    _ baseDetails: Comparison.Details, _ candidateDetails: Comparison.Details
  ) throws -> [Comparison.Row] {
    let before = try baseDetails(pairs.compactMap { $0.base.map { left[$0].sample } })
    let after = try candidateDetails(pairs.compactMap { $0.candidate.map { right[$0].sample } })
    let order = Dictionary(
      uniqueKeysWithValues: ComparisonClass.allCases.enumerated().map { ($1, $0) })
    let sorted = pairs.enumerated().sorted {
      (order[$0.element.ruling.verdict] ?? 0, $0.offset)
        < (order[$1.element.ruling.verdict] ?? 0, $1.offset)
    }
    return sorted.compactMap { _, pair in
      let (base, candidate) = (pair.base.map { left[$0] }, pair.candidate.map { right[$0] })
      guard let identity = candidate?.identity ?? base?.identity else { return nil }
      var row = Comparison.Row(
        identity: identity, verdict: pair.ruling.verdict, p: pair.ruling.p, notes: [],
        base: base.map { Self.half($0, before) }, candidate: candidate.map { Self.half($0, after) })
      row.notes = notes(row, base, candidate)
      return row
    }
  }

  private static func half(_ item: ComparedCase, _ details: [Int: CaseResult]) -> Comparison.Half {
    Comparison.Half(
      item.tally,
      durationMilliseconds: item.durations.isEmpty ? nil : NoiseBand.median(item.durations),
      result: details[item.sample])
  }

  private func notes(
    _ row: Comparison.Row, _ base: ComparedCase?, _ candidate: ComparedCase?
  ) -> [String] {
    var notes: [String] = []
    if let issue = row.candidate?.result?.knownIssue ?? row.base?.result?.knownIssue {
      notes.append("known issue \(issue)")
    }
    let old = base?.splats ?? []
    if let splat = row.candidate?.result?.splats.first(where: { !old.contains($0.fingerprint) }) {
      notes.append("the base has no such splat: \(splat.title)")
    }
    if row.verdict == .regression, base != nil, changedPrograms.contains(row.identity.suite) {
      notes.append("the suite's program is another one: the case may have changed")
    }
    if !trustsTime, row.verdict == .inconclusive,
      base?.tally.state == .verdict(.hang)
        || candidate?.tally.state == .verdict(.hang)
    {
      notes.append("a deadline that passed under another accelerator says nothing")
    }
    return notes
  }
}
