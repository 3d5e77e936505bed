/// Everything that a run means to do, recorded before the first guest boots.
package struct Plan: Equatable, Codable, Sendable {
  /// In the order in which reports show them; no entry stands twice.
  package private(set) var cases: [PlannedCase]

  /// Makes a plan; an entry that stands twice is kept once, at its first place.
  package init(_ cases: some Sequence<PlannedCase>) {
    var seen: Set<PlannedCase> = []
    self.cases = cases.filter { seen.insert($0).inserted }
  }

  /// The entries of one suite on one kernel and machine.
  package func cases(
    kernel: String, machine: String, suite: String, repetition: Int = 1
  ) -> [PlannedCase] {
    cases.filter {
      $0.kernel == kernel && $0.machine == machine && $0.suite == suite
        && $0.repetition == repetition
    }
  }
}
