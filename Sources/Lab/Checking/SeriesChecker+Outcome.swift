internal import Kernels
internal import Machine
internal import Results

/// Confirming what was found, and putting it all together.
extension SeriesChecker {
  /// More repeats than this are not made for a difference that stays unclear.
  private static let mostRepeats = 20

  /// The value of the whole check.
  mutating func outcome() async throws -> SeriesCheck {
    var patches = spec.series.map { step in
      var check = PatchCheck(
        index: step.patch.index, subject: step.patch.subject, file: step.patch.file,
        messageID: step.patch.messageID)
      switch step.outcome {
      case .applied: check.applies = true
      case .refused(let refusal):
        check.applies = false
        check.kernel.problem = refusal.description
      case .notTried: check.applies = nil
      }
      return check
    }
    for index in patches.indices where patches[index].applies == true {
      patches[index].kernel = state(index + 1)
    }
    for (pair, changes) in grouped(finder.changes) {
      let confirmed = try await confirm(changes, before: pair.before, after: pair.after)
      for (change, kind) in confirmed {
        let isClear = spec.repeats == 0 || change.isConfirmed
        switch (isClear, kind) {
        case (false, _): patches[pair.after - 1].unconfirmed.append(change)
        case (true, .better): patches[pair.after - 1].fixed.append(change)
        case (true, _): patches[pair.after - 1].introduced.append(change)
        }
      }
    }
    return SeriesCheck(base: base(), patches: patches, cases: rows(), notes: notes)
  }

  private struct Pair: Hashable {
    let before: Int
    let after: Int
  }

  private func grouped(
    _ changes: [ChangeFinder.Change]
  ) -> [(Pair, [ChangeFinder.Change])] {
    Dictionary(grouping: changes) { Pair(before: $0.before, after: $0.after) }
      .sorted { ($0.key.after, $0.key.before) < ($1.key.after, $1.key.before) }
      .map { ($0.key, $0.value) }
  }

  private func base() -> SeriesCheck.Base {
    let record = columns[0].kernel?.record
    return SeriesCheck.Base(
      source: spec.source.name, origin: spec.source.origin, release: record?.release,
      config: spec.fragments.map(\.name), toolchain: record?.toolchain, machine: spec.machine.name,
      accelerator: spec.accelerator.accelerator == .kvm ? "kvm" : "tcg",
      strategy: spec.strategy.rawValue, kernel: state(0))
  }

  /// A column's state with what is new in it beside the nearest one before.
  private func state(_ index: Int) -> KernelState {
    var state = columns[index].state
    if let kernel = columns[index].kernel {
      let before = columns[..<index].last { $0.kernel != nil }?.kernel
      state.warnings = Self.warnings(of: kernel, beside: before)
    }
    if let before = columns[..<index].last(where: { !$0.results.isEmpty }) {
      state.splats = columns[index].splats.filter { !before.fingerprints.contains($0.fingerprint) }
    } else {
      state.splats = columns[index].splats
    }
    return state
  }

  /// The warnings of a kernel that another one has not, line numbers aside; sorted.
  static func warnings(of kernel: BuiltKernel, beside before: BuiltKernel?) -> [String] {
    func plain(_ warning: String) -> String { warning.replacing(/:[0-9]+:([0-9]+:)?/, with: ":") }
    let known = Set((before?.record.warnings ?? [:]).values.joined().map(plain))
    return Set(kernel.record.warnings.values.joined()).filter { !known.contains(plain($0)) }
      .sorted()
  }

  private func rows() -> [SeriesCheck.Row] {
    let planned =
      [CaseName.boot]
      + spec.suites.flatMap { suite in
        suite.cases.map { CaseName(suite: suite.name, name: $0.name) }
      }
    return planned.map { name in
      SeriesCheck.Row(
        suite: name.suite, name: name.name,
        verdicts: columns.map { $0.results[name]?.verdict })
    }
  }
}

extension SeriesChecker {
  /// Repeats the cases that changed between two columns on both, until the counts speak or no more
  /// repeats are allowed.
  private mutating func confirm(
    _ changes: [ChangeFinder.Change], before: Int, after: Int
  ) async throws -> [(PatchCheck.Change, VerdictChange)] {
    var tallies = changes.map { Tally($0) }
    var rounds = 0
    while spec.repeats > 0 {
      let open = rounds == 0 ? Set(changes.map(\.name)) : Set(tallies.filter(\.isOpen).map(\.name))
      guard !open.isEmpty, rounds < Self.mostRepeats,
        let good = columns[before].kernel, let bad = columns[after].kernel
      else { break }
      let count = min(spec.repeats, Self.mostRepeats - rounds)
      report(
        .confirming(
          spec.column(after), name: tallies.first { open.contains($0.name) }?.name.name ?? "",
          cases: open.count, runs: count))
      for result in try await repeats(good, before, open, count) {
        for index in tallies.indices { tallies[index].note(result, isBefore: true) }
      }
      for result in try await repeats(bad, after, open, count) {
        for index in tallies.indices { tallies[index].note(result, isBefore: false) }
      }
      rounds += count
    }
    return tallies.map { tally in
      let result = columns[after].results[tally.name]
      return (tally.change(result), tally.kind)
    }
  }

  private func repeats(
    _ kernel: BuiltKernel, _ column: Int, _ names: Set<CaseName>, _ count: Int
  ) async throws -> [CaseResult] {
    try await run(kernel, column, names, repetitions: count) { _ in }.results
  }

  /// How often one change was seen again.
  private struct Tally {
    private let found: ChangeFinder.Change
    private var base = PatchCheck.Count(0, of: 0)
    private var patch = PatchCheck.Count(0, of: 0)

    init(_ change: ChangeFinder.Change) { found = change }

    var name: CaseName { found.name }
    var kind: VerdictChange { found.kind }

    /// Whether more repeats could still make it clear.
    var isOpen: Bool { !change(nil).isConfirmed && (base.fails != 0 || patch.fails != 0) }

    private var p: Double {
      kind == .better
        ? FisherExact.better(base: base, patch: patch) : FisherExact.worse(base: base, patch: patch)
    }

    mutating func note(_ result: CaseResult, isBefore: Bool) {
      guard CaseName(result.planned) == name, result.verdict != .lost, result.verdict != .missing
      else { return }
      let isBad =
        kind == .better
        ? VerdictChange(from: result.verdict, to: found.to) == .better
        : VerdictChange(from: found.from, to: result.verdict) == .worse
      if isBefore {
        base = PatchCheck.Count(base.fails + (isBad ? 1 : 0), of: base.runs + 1)
      } else {
        patch = PatchCheck.Count(patch.fails + (isBad ? 1 : 0), of: patch.runs + 1)
      }
    }

    func change(_ result: CaseResult?) -> PatchCheck.Change {
      PatchCheck.Change(
        suite: name.suite, name: name.name, from: found.from, to: found.to, baseFails: base,
        patchFails: patch, p: p, expected: result?.expected, seen: result?.seen,
        because: result?.reason?.text, evidence: result?.evidence ?? [:])
    }
  }
}
