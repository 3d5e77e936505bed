package import Results

/// What a run would do: how many cases of which suite on which kernel and machine, and what is left out.
package struct PlanGrid: Sendable {
  /// One kernel on one machine.
  struct Column {
    let kernel: String
    let machine: String
    /// By suite, in the order of the suites.
    let counts: [Int]
    /// Whether a guest is booted.
    let isBooted: Bool
  }

  let suites: [String]
  let columns: [Column]
  /// How many cases each rule leaves out, those that an earlier one leaves out not counted again.
  let excluded: [(rule: CaseSelection.Exclusion, count: Int)]
  let repetitions: Int

  package init(
    kernels: [String], machines: [String], suites: [(name: String, cases: [String])],
    selection: CaseSelection, repetitions: Int
  ) {
    self.suites = suites.map(\.name)
    self.repetitions = repetitions
    var columns: [Column] = []
    let rules: [CaseSelection.Exclusion] =
      if case .except(let rules) = selection { rules } else { [] }
    var left = [Int](repeating: 0, count: rules.count)
    for machine in machines {
      for kernel in kernels {
        let boot = PlannedCase.boot(kernel: kernel, machine: machine)
        let counts = suites.map { suite in
          suite.cases.count { name in
            let planned = PlannedCase(
              kernel: kernel, machine: machine, suite: suite.name, name: name)
            if let rule = rules.firstIndex(where: { $0.matches(planned) }) { left[rule] += 1 }
            return selection.contains(planned)
          }
        }
        columns.append(
          Column(
            kernel: kernel, machine: machine, counts: counts,
            isBooted: counts.contains { $0 > 0 } || selection.wantsBoot(alone: boot)))
      }
    }
    self.columns = columns
    excluded = Array(zip(rules, left)).map { (rule: $0.0, count: $0.1) }
  }

  /// Guests that are booted at least, and cases with their repetitions.
  var totals: (guests: Int, cases: Int) {
    let booted = columns.filter(\.isBooted)
    return (
      booted.count * repetitions, booted.flatMap(\.counts).reduce(0, +) * repetitions
    )
  }
}
