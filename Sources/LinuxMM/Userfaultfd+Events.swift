internal import CLinuxMM

// Reading what happened.
extension Userfaultfd {
  /// Reads one event, or nil when none is pending.
  public borrowing func nextEvent() throws(Errno) -> FaultEvent? {
    var message = lmm_uffd_msg()
    guard lmm_read(file.rawValue, &message, MemoryLayout<lmm_uffd_msg>.size) < 0 else {
      return FaultEvent(message)
    }
    let error = Errno.current
    guard error == .again else { throw error }
    return nil
  }

  /// Reads as many events as one `read(2)` gives for a buffer of so many; none when none is pending.
  public borrowing func nextEvents(atMost limit: Int) throws(Errno) -> [FaultEvent] {
    let size = MemoryLayout<lmm_uffd_msg>.size
    var messages = [lmm_uffd_msg](repeating: lmm_uffd_msg(), count: limit)
    let done = messages.withUnsafeMutableBytes { buffer -> Int in
      guard let base = buffer.baseAddress else { return 0 }
      return lmm_read(file.rawValue, base, limit * size)
    }
    if done < 0 {
      let error = Errno.current
      guard error == .again else { throw error }
      return []
    }
    return messages.prefix(done / size).map { FaultEvent($0) }
  }

  /// Whether an event arrives within the time; negative milliseconds wait for ever.
  public borrowing func waitForEvent(milliseconds: Int32) throws(Errno) -> Bool {
    try file.isReadable(within: milliseconds)
  }

  /// What a wait for events came to.
  public enum Wait: Sendable {
    case event, nothing, stopped
  }

  /// Waits for an event, at most so long; stopped once `stop` is readable or the descriptor is broken.
  public borrowing func waitForEvent(orStop stop: borrowing Descriptor, milliseconds: Int32) -> Wait
  {
    var events = LMM_POLLIN
    var stopEvents = LMM_POLLIN
    let ready = lmm_poll2(file.rawValue, &events, stop.rawValue, &stopEvents, milliseconds)
    if ready == 0 || (ready < 0 && Errno.current == .interrupted) { return .nothing }
    guard ready > 0, stopEvents == 0, events & LMM_POLLIN != 0 else { return .stopped }
    return .event
  }
}
