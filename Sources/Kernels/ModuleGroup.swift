/// When a kernel module is loaded in the guest.
package enum ModuleGroup: String, Codable, Sendable {
  /// Before the agent opens its port; always.
  case channel
  /// While the machine is set up, when its profile asks for it.
  case machine
}
