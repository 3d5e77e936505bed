package import Foundation
package import Kernels
package import Machine
package import Results

/// What a run is to do, with every name resolved.
package struct RunSpec: Sendable {
  package var kernels: [BootableKernel]
  /// Each kernel runs on each of them.
  package var machines: [MachineProfile]
  package var suites: [Suite]
  /// After so many red results of a guest no further suite is begun; nil for no bound.
  package var enough: Int?
  /// The names of cases that may be red without counting towards `enough`.
  package var expectedRed: Set<String> = []
  /// What chance in the programs starts from; the same for all guests, so that kernels meet the same choices.
  package var seed: UInt64 = 1
  /// Whether the programs say what every case does, not only those that do not pass.
  package var tellsSteps = false
  /// How much runs in one guest.
  package var isolation = Isolation.none
  /// Says of a result whether its guest is to be kept, the first one of the run; nil keeps none.
  package var keeps: (@Sendable (CaseResult, Results.GuestRecord) -> Bool)?
  /// Whether the guests' QEMUs listen for a gdb.
  package var hasDebugger = false
  /// How often every case runs, each time in a fresh guest; at least 1.
  package var repetitions: Int
  package var accelerator: AcceleratorChoice
  /// Which cases of the suites are planned on which kernel and machine.
  package var selection = CaseSelection.everything
  /// How long the whole run may take: what has not ended by then is `missing`; nil for no bound.
  package var deadline: Duration?
  /// What kernels were called by who asked for them, by their names.
  package var kernelWords: [String: String] = [:]
  /// The libvirt to use; nil for the embedded driver.
  package var connection: String?
  /// Where the run's files go; made by the caller.
  package var directory: URL
  /// The run's name.
  package var id: String

  package init(
    kernels: [BootableKernel], machines: [MachineProfile], suites: [Suite],
    repetitions: Int, accelerator: AcceleratorChoice, connection: String?, directory: URL,
    id: String
  ) {
    self.kernels = kernels
    self.machines = machines
    self.suites = suites
    self.repetitions = repetitions
    self.accelerator = accelerator
    self.connection = connection
    self.directory = directory
    self.id = id
  }

  /// Every guest of the run, in order, and the cases planned for it.
  var guests: [GuestPlan] {
    (1...max(1, repetitions)).flatMap { repetition in
      machines.flatMap { machine in
        kernels.map {
          GuestPlan(kernel: $0, machine: machine, repetition: repetition, spec: self)
        }
      }
    }.filter { !$0.suites.isEmpty || selection.wantsBoot(alone: $0.boot) }
  }

  /// The plan, as it is recorded before the first guest boots.
  package var plan: Plan {
    Plan(guests.flatMap { guest in [guest.boot] + guest.suites.flatMap(\.planned) })
  }
}
