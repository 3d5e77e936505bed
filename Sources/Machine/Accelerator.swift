/// What runs a guest's instructions.
package enum Accelerator: String, Sendable, CaseIterable {
  /// The processor itself.
  case kvm
  /// QEMU's translator, some ten times slower, everywhere.
  case tcg
}

/// An accelerator, and why it was chosen.
package struct AcceleratorChoice: Sendable, Equatable {
  package let accelerator: Accelerator
  /// A sentence without full stop, such as "/dev/kvm does not exist".
  package let reason: String
  /// Whether a probe of an earlier run was believed.
  package let isRemembered: Bool

  package init(_ accelerator: Accelerator, reason: String, isRemembered: Bool = false) {
    self.accelerator = accelerator
    self.reason = reason
    self.isRemembered = isRemembered
  }
}
