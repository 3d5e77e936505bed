import Results

/// A run's results by kernel and suite, both in the order of their first result.
struct RunGrid {
  /// One suite on one kernel.
  struct Suite {
    let name: String
    var results: [CaseResult] = []
  }

  /// One kernel on one machine.
  struct Kernel {
    /// The kernel's name, with the machine's where a run has several machines.
    let name: String
    let kernel: String
    let machine: String
    var suites: [Suite] = []

    func suite(_ name: String) -> Suite? { suites.first { $0.name == name } }
  }

  private(set) var kernels: [Kernel] = []

  init(_ run: Run) {
    let machines = TextLayout.unique(run.results.map(\.planned.machine))
    for result in run.results {
      let planned = result.planned
      let index = kernelIndex(planned, named: Self.name(planned, machines: machines.count))
      if let suite = kernels[index].suites.firstIndex(where: { $0.name == planned.suite }) {
        kernels[index].suites[suite].results.append(result)
      } else {
        kernels[index].suites.append(Suite(name: planned.suite, results: [result]))
      }
    }
  }

  /// What a kernel is called in reports.
  static func name(_ planned: PlannedCase, machines: Int) -> String {
    machines > 1 ? "\(planned.kernel) on \(planned.machine)" : planned.kernel
  }

  /// All suites of all kernels, `boot` first.
  var suiteNames: [String] {
    let names = TextLayout.unique(kernels.flatMap { $0.suites.map(\.name) })
    return names.filter { $0 == "boot" } + names.filter { $0 != "boot" }
  }

  private mutating func kernelIndex(_ planned: PlannedCase, named name: String) -> Int {
    let known = kernels.firstIndex {
      $0.kernel == planned.kernel && $0.machine == planned.machine
    }
    if let known { return known }
    kernels.append(Kernel(name: name, kernel: planned.kernel, machine: planned.machine))
    return kernels.count - 1
  }
}
