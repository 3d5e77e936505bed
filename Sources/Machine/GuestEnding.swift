internal import Results

/// What the host has learned about the end of a guest, from sources that speak in any order.
struct GuestEnding: Equatable {
  /// Init said that it powers off.
  var hasSaidBye = false
  /// The host asked for the end.
  var isRequested = false
  var isShutDown = false
  var isCrashed = false
  /// The domain is gone; whether QEMU failed.
  var stopped: Bool?
  var exit: QEMUProcess.Exit?
  /// The port is closed; libvirt's words.
  var channelEnd: String?
  var isConsoleEnded = false

  /// Takes in an event; whether it was about the end.
  mutating func note<Record>(_ event: GuestEvent<Record>) -> Bool {
    switch event {
    case .record, .broken, .panicShown: return false
    case .channelEnded(let detail): channelEnd = detail
    case .consoleEnded: isConsoleEnded = true
    case .shutDown: isShutDown = true
    case .crashed: isCrashed = true
    case .stopped(let failed): stopped = failed
    case .exited(let exit): self.exit = exit
    }
    return true
  }

  /// Whether there is an end at all.
  ///
  /// A console may be taken over by somebody else.
  var hasBegun: Bool {
    isShutDown || isCrashed || stopped != nil || exit != nil || channelEnd != nil
  }

  /// Whether nothing that could come would say more.
  var isSettled: Bool {
    guard isConsoleEnded, channelEnd != nil else { return false }
    if case .signalled = exit { return true }
    return isShutDown || isCrashed || stopped != nil
  }

  /// How the guest ended, by the strongest witness: the guest's own last acts, then QEMU, then libvirt, then silence.
  var end: GuestEnd {
    if hasSaidBye || isRequested { return .clean }
    // Without a goodbye only a reset ends a guest, and under `panic=-1` only a panic resets.
    if isShutDown || isCrashed { return .panic }
    switch exit {
    case .signalled(let signal): return .vanished("QEMU was killed by signal \(signal)")
    case .exited(let status) where status != 0:
      return .vanished("QEMU exited with status \(status)")
    case .exited, .unknown, nil: break
    }
    if let stopped {
      return .vanished(stopped ? "libvirt says that QEMU failed" : "its domain was destroyed")
    }
    if exit != nil { return .vanished("QEMU exited") }
    return .channelClosed(channelEnd ?? "")
  }
}
