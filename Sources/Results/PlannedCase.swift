/// One entry of a plan: this case, on this kernel and machine, for the nth time.
package struct PlannedCase: Equatable, Hashable, Codable, Sendable {
  package var kernel: String
  package var machine: String
  package var suite: String
  /// The case's name, unique across suites.
  package var name: String
  /// 1 for the first time; more only in a run with repeats.
  package var repetition: Int

  package init(kernel: String, machine: String, suite: String, name: String, repetition: Int = 1) {
    self.kernel = kernel
    self.machine = machine
    self.suite = suite
    self.name = name
    self.repetition = repetition
  }

  /// The case that every kernel has: it comes up, and stays quiet outside the other cases.
  package static func boot(kernel: String, machine: String, repetition: Int = 1) -> Self {
    Self(kernel: kernel, machine: machine, suite: "boot", name: "boot", repetition: repetition)
  }

  /// Whether this is the case `boot/boot`.
  package var isBoot: Bool { suite == "boot" && name == "boot" }

  private enum CodingKeys: String, CodingKey {
    case kernel, machine, suite
    case name = "case"
    case repetition = "repeat"
  }
}
