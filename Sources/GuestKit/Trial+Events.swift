public import LinuxMM

// Checks on delivered events: the other half of every promise, beside the bits.
extension Trial {
  /// Fails unless `action` raises exactly one event: a write-protect fault at the page, flags 3.
  public func expectWriteFault(
    _ tracker: Tracker, _ pages: Pages, _ page: Int, _ what: String,
    _ action: @autoclosure () throws(CaseEnd) -> Void
  ) throws(CaseEnd) {
    let mark = tracker.log.count
    try action()
    try expectWriteFault(at: pages.address(page), in: tracker, after: mark, what)
  }

  /// Fails unless exactly one event came after the first `mark`: a write-protect fault, flags 3.
  @inline(never)
  public func expectWriteFault(
    at address: UInt64, in tracker: Tracker, after mark: Int, _ what: String
  ) throws(CaseEnd) {
    try expectEvents([.writeProtect], in: tracker, after: mark, what)
    guard case .fault(let fault) = tracker.log.events(after: mark).first else { return }
    try expect(
      fault.address == address && fault.flags == 3,
      expected: "\(what): a fault at 0x\(hex(address)) with flags 3",
      seen: "\(what): a fault at 0x\(hex(fault.address)) with flags \(fault.flags)")
  }

  /// Fails if `action` raises any event.
  public func expectNoEvent(
    _ tracker: Tracker, _ what: String, _ action: @autoclosure () throws(CaseEnd) -> Void
  ) throws(CaseEnd) {
    let mark = tracker.log.count
    try action()
    try expectEvents([], in: tracker, after: mark, what)
  }

  /// Fails unless `action` raises exactly these kinds of events, in this order.
  public func expectEvents(
    _ kinds: [FaultEvent.Kind], _ tracker: Tracker, _ what: String,
    _ action: @autoclosure () throws(CaseEnd) -> Void
  ) throws(CaseEnd) {
    let mark = tracker.log.count
    try action()
    try expectEvents(kinds, in: tracker, after: mark, what)
  }

  /// Fails unless exactly these kinds of events came after the first `mark`.
  ///
  /// Whoever raised an event was blocked until it was read and logged, so nothing is waited for but
  /// events that are missing.
  @inline(never)
  public func expectEvents(
    _ kinds: [FaultEvent.Kind], in tracker: Tracker, after mark: Int, _ what: String
  ) throws(CaseEnd) {
    if tracker.log.count < mark + kinds.count {
      _ = tracker.log.wait(for: mark + kinds.count, within: .seconds(1))
    }
    let seen = tracker.log.events(after: mark).map { $0.kind }
    guard seen != kinds else { return }
    throw Trial.mismatch(what, Trial.words(kinds), Trial.words(seen))
  }

  /// "no event", "1 write-protect", "1 missing, 2 write-protect", in the order of arrival.
  static func words(_ kinds: [FaultEvent.Kind]) -> String {
    guard let first = kinds.first else { return "no event" }
    var text = ""
    var kind = first
    var run = 0
    for next in kinds {
      if next == kind {
        run += 1
        continue
      }
      text += "\(run) \(kind), "
      kind = next
      run = 1
    }
    return text + "\(run) \(kind)"
  }
}
