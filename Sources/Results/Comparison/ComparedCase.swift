/// A case on one side of a comparison: how it ended, and where to find more of it.
package struct ComparedCase: Equatable, Sendable {
  /// What makes two cases the same.
  package struct Identity: Equatable, Hashable, Sendable {
    /// Empty where two different kernels are compared with each other.
    package var kernel: String
    package var machine: String
    package var suite: String
    package var name: String

    package init(kernel: String, machine: String, suite: String, name: String) {
      self.kernel = kernel
      self.machine = machine
      self.suite = suite
      self.name = name
    }
  }

  package var identity: Identity
  package var tally: CaseTally
  /// Of the repetitions that ended, in milliseconds.
  package var durations: [Int32]
  /// Fingerprints of the kernel's complaints; sorted.
  package var splats: [String]
  /// What `ComparedSide.Details` is asked with for the worst repetition.
  package var sample: Int

  package init(
    _ identity: Identity, _ tally: CaseTally, durations: [Int32] = [], splats: [String] = [],
    sample: Int
  ) {
    self.identity = identity
    self.tally = tally
    self.durations = durations
    self.splats = splats
    self.sample = sample
  }
}
