package import GuestProtocol

/// What a guest said when it was set up.
package struct Greeting: Sendable, Equatable {
  /// The guest's facts (docs/protocol.md lists them).
  package let facts: [Fact]
  /// Where the machine differs from what was asked for.
  package let problems: [String]
  /// From the start of QEMU to this greeting.
  package let bootDuration: Duration
  /// From the start of QEMU to this greeting, of a guest that goes on from a saved state; its `bootDuration` is that
  /// of the guest which was saved.
  package let restoreDuration: Duration?

  package init(
    facts: [Fact], problems: [String], bootDuration: Duration, restoreDuration: Duration? = nil
  ) {
    self.restoreDuration = restoreDuration
    self.facts = facts
    self.problems = problems
    self.bootDuration = bootDuration
  }

  /// The value of a fact; nil when the guest did not state it.
  package subscript(name: String) -> String? {
    facts.first { $0.name == name }?.text
  }
}
