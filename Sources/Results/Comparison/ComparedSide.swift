/// One side of a comparison: a run, or one kernel of it.
package struct ComparedSide: Sendable {
  /// As it was asked for.
  package var name: String
  /// The ids of the runs that the results come from.
  package var runs: [String]
  package var guests: [GuestRecord]
  package var cases: [ComparedCase]

  package init(name: String, runs: [String], guests: [GuestRecord], cases: [ComparedCase]) {
    self.name = name
    self.runs = runs
    self.guests = guests
    self.cases = cases
  }

  /// Makes a side of a run in memory; `sample` is the place of a result in it.
  package init(_ run: Run, name: String) {
    var order: [ComparedCase.Identity: Int] = [:]
    var cases: [ComparedCase] = []
    for (place, result) in run.results.enumerated() {
      let planned = result.planned
      let identity = ComparedCase.Identity(
        kernel: planned.kernel, machine: planned.machine, suite: planned.suite, name: planned.name)
      let index = order[identity] ?? cases.count
      if index == cases.count {
        order[identity] = index
        cases.append(ComparedCase(identity, CaseTally(), sample: place))
      }
      let worst = run.results[cases[index].sample].verdict
      if result.verdict.showRank < worst.showRank { cases[index].sample = place }
      cases[index].tally.add(result.verdict, isKnown: result.knownIssue != nil)
      if let duration = result.durationMilliseconds {
        cases[index].durations.append(Int32(clamping: duration))
      }
      let fingerprints = result.splats.map(\.fingerprint)
      cases[index].splats = Set(cases[index].splats + fingerprints).sorted()
    }
    self.init(name: name, runs: [run.id], guests: run.guests, cases: cases)
  }

  /// Kernels, each once, in the order of their cases.
  package var kernels: [String] { Self.unique(cases, \.identity.kernel) }
  package var machines: [String] { Self.unique(cases, \.identity.machine) }
  package var resultCount: Int { cases.reduce(0) { $0 + $1.tally.total } }

  /// Consecutive cases mostly share the value, so that few are hashed.
  private static func unique(
    _ cases: [ComparedCase], _ value: KeyPath<ComparedCase, String>
  ) -> [String] {
    var found: [String] = []
    for item in cases where found.last != item[keyPath: value] {
      if !found.contains(item[keyPath: value]) { found.append(item[keyPath: value]) }
    }
    return found
  }
}
