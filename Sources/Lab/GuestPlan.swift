internal import Kernels
internal import Machine
internal import Results

/// One guest of a run, and what is planned for it.
struct GuestPlan: Sendable {
  let kernel: BootableKernel
  let machine: MachineProfile
  let repetition: Int
  let boot: PlannedCase
  private(set) var suites: [(suite: Suite, planned: [PlannedCase])]

  /// What the next guest is to do.
  func portion(_ isolation: Isolation) -> GuestPlan {
    guard isolation != .none, let first = suites.first else { return self }
    var plan = self
    plan.suites = [isolation == .suite ? first : (first.suite, Array(first.planned.prefix(1)))]
    return plan
  }

  /// What is left when these cases are done; nil when nothing is.
  func without(_ done: Set<PlannedCase>) -> GuestPlan? {
    var plan = self
    plan.suites = suites.compactMap { suite, planned in
      let left = planned.filter { !done.contains($0) }
      return left.isEmpty ? nil : (suite, left)
    }
    return plan.suites.isEmpty ? nil : plan
  }

  /// Every case but the boot, in order.
  var planned: [PlannedCase] { suites.flatMap(\.planned) }

  /// How many cases of the suite are planned.
  func count(of suite: String) -> Int {
    suites.first { $0.suite.name == suite }?.planned.count ?? 0
  }

  init(kernel: BootableKernel, machine: MachineProfile, repetition: Int, spec: RunSpec) {
    self.kernel = kernel
    self.machine = machine
    self.repetition = repetition
    boot = .boot(kernel: kernel.name, machine: machine.name, repetition: repetition)
    suites = spec.suites.compactMap { suite in
      let planned = suite.cases.map {
        PlannedCase(
          kernel: kernel.name, machine: machine.name, suite: suite.name, name: $0.name,
          repetition: repetition)
      }.filter(spec.selection.contains)
      return planned.isEmpty ? nil : (suite, planned)
    }
  }
}
