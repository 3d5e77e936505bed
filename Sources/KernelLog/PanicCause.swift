/// Whether a panic is only the end of a splat that came before it.
enum PanicCause {
  /// The panics that another complaint leads to: `panic_on_oops`, `panic_on_warn` and their like,
  /// and the death of init by an oops.
  static func isConsequence(_ text: some StringProtocol) -> Bool {
    consequences.contains { text.hasPrefix($0) } || text.holds("panic_on_warn set")
  }

  /// Whether only an oops can have led to it, and no mere warning.
  static func wantsFatal(_ text: some StringProtocol) -> Bool {
    text.hasPrefix("Fatal exception")
  }

  private static let consequences = [
    "Fatal exception", "hung_task: blocked tasks", "softlockup: hung tasks", "Hard LOCKUP",
    "RCU Stall", "Aiee, killing interrupt handler", "System is deadlocked on memory",
    "Out of memory", "kernel: panic_on_", "Fatal hardware error", "scheduling while atomic",
  ]
}
