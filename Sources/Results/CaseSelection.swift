package import GuestProtocol

/// Which cases of a run's kernels, machines and suites are planned.
package enum CaseSelection: Sendable {
  case everything
  /// Exactly these, each as often as the run repeats; their `repetition` is 1.
  case only(Set<PlannedCase>)
  /// All but those that a rule leaves out.
  case except([Exclusion])

  /// A rule that leaves cases out; what it does not name it does not ask.
  package struct Exclusion: Equatable, Sendable {
    package var kernel: Glob?
    package var machine: Glob?
    package var suite: Glob?
    package var name: Glob?
    /// Why, in a person's words.
    package var reason: String

    package init(
      kernel: Glob? = nil, machine: Glob? = nil, suite: Glob? = nil, name: Glob? = nil,
      reason: String
    ) {
      self.kernel = kernel
      self.machine = machine
      self.suite = suite
      self.name = name
      self.reason = reason
    }

    /// Whether it leaves this case out; the boot goes with the whole guest only.
    package func matches(_ planned: PlannedCase) -> Bool {
      if planned.isBoot, suite != nil || name != nil { return false }
      return [
        (kernel, planned.kernel), (machine, planned.machine), (suite, planned.suite),
        (name, planned.name),
      ].allSatisfy { glob, text in glob?.matches(text) ?? true }
    }
  }

  package func contains(_ planned: PlannedCase) -> Bool {
    switch self {
    case .everything: return true
    case .only(let cases):
      var first = planned
      first.repetition = 1
      return cases.contains(first)
    case .except(let rules): return !rules.contains { $0.matches(planned) }
    }
  }

  /// Whether a guest without any case of a suite is booted all the same.
  package func wantsBoot(alone planned: PlannedCase) -> Bool {
    switch self {
    case .everything: true
    case .only: contains(planned)
    case .except: false
    }
  }
}
