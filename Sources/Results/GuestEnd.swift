/// How a guest ended, as the host saw it.
package enum GuestEnd: Equatable, Hashable, Sendable {
  /// It powered off or was asked to go.
  case clean
  /// The kernel panicked: a splat, pvpanic, or a reset under `panic=-1`.
  case panic
  /// QEMU is gone and nobody asked it to go.
  case vanished(String)
  /// QEMU lives, but the guest's port is closed or silent.
  case channelClosed(String)
  /// A deadline passed, and the host took the guest down.
  case hung(Hang)
  /// It did not keep to the protocol, and the host took it down; the words continue "the guest …".
  case broken(String)
  /// Somebody stopped the run.
  case interrupted
  /// It lives, stopped after a case that failed, for somebody to look at.
  case kept

  /// The end in words that continue "the guest …".
  package var phrase: String {
    switch self {
    case .clean: "powered off"
    case .panic: "panicked"
    case .vanished(let detail): detail.isEmpty ? "vanished" : "vanished (\(detail))"
    case .channelClosed(let detail):
      detail.isEmpty ? "closed its port" : "closed its port (\(detail))"
    case .hung(let hang): hang.phrase
    case .broken(let detail): detail
    case .interrupted: "was stopped"
    case .kept: "was kept to be looked at"
    }
  }
}

/// What of a guest that hung did not answer, as far as the host could find out.
package enum Hang: String, Sendable, CaseIterable {
  /// Nobody asked: it never greeted, or took no orders.
  case unknown
  /// Init answers; the program does not end, nor its case.
  case program
  /// The kernel answered an NMI from its idle loop or from a program; init answers nothing.
  case userspace
  /// The kernel answered an NMI from somewhere else, or not at all.
  case kernel

  var phrase: String {
    switch self {
    case .unknown: "hung"
    case .program: "hung: its init answers, but the program does not end"
    case .userspace: "hung: its kernel runs, but its init answers no more"
    case .kernel: "hung: its kernel is stuck"
    }
  }
}
