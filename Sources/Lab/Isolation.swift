/// How much runs in a guest before the next one comes from the saved state.
package enum Isolation: String, Sendable, CaseIterable {
  /// Everything; only after a crash, a hang or a loss does another guest go on.
  case none
  /// One suite.
  case suite
  /// One case: each starts from the same memory.
  case `case`
}
