public import LinuxMM

// Checks on delivered events: the other half of every promise, beside the bits.
extension Trial {
  /// Fails unless `action` raises exactly one event: a write-protect fault at the page, flags 3.
  public func expectWriteFault(
    _ tracker: Tracker, _ pages: Pages, _ page: Int, _ what: String,
    _ action: @autoclosure () throws(CaseEnd) -> Void
  ) throws(CaseEnd) {
    let mark = tracker.log.count
    tracker.watch.begin(what)
    defer { tracker.watch.end() }
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
    guard fault.address != address || fault.flags != 3 else { return }
    throw .failed(
      expected: "\(what): a fault at 0x\(hex(address)) with flags 3",
      seen: "\(what): a fault at 0x\(hex(fault.address)) with flags \(fault.flags)")
  }

  /// Stores to each page and fails unless exactly the protected ones fault.
  ///
  /// Each protected page raises one write-protect fault at its own address, in the order of the stores.
  public func expectWriteFaults(
    _ tracker: Tracker, _ pages: Pages, _ what: String,
    at protected: (Int) -> Bool = { _ in true }
  ) throws(CaseEnd) {
    try expectWriteFaults(tracker, pages, 0..<pages.count, what, at: protected)
  }

  /// The same for some pages.
  public func expectWriteFaults(
    _ tracker: Tracker, _ pages: Pages, _ some: Range<Int>, _ what: String,
    at protected: (Int) -> Bool = { _ in true }
  ) throws(CaseEnd) {
    step(what, is: "a write-protect fault for each page that is protected")
    let mark = tracker.log.count
    var wanted: [Int] = []
    defer { tracker.watch.end() }
    for page in some {
      if protected(page) { wanted.append(page) }
      tracker.watch.begin(what)
      pages.store(page, UInt8(truncatingIfNeeded: 0xa5 ^ page))
    }
    let events = tracker.log.events(after: mark)
    for (index, event) in events.enumerated() {
      guard case .fault(let fault) = event, index < wanted.count else { continue }
      let address = pages.address(wanted[index])
      guard fault.address != address || fault.flags != 3 else { continue }
      let number = "\(what): fault \(index + 1) at"
      throw .failed(
        expected: "\(number) page \(wanted[index]), 0x\(hex(address)), flags 3",
        seen: "\(number) 0x\(hex(fault.address)), flags \(fault.flags)")
    }
    let kinds = events.map { $0.kind }
    guard kinds.count != wanted.count || kinds.contains(where: { $0 != .writeProtect }) else {
      return
    }
    let all = [FaultEvent.Kind](repeating: .writeProtect, count: wanted.count)
    throw .failed(expected: "\(what): \(Trial.words(all))", seen: "\(what): \(Trial.words(kinds))")
  }

  /// Fails if `action` raises any event.
  public func expectNoEvent(
    _ tracker: Tracker, _ what: String, _ action: @autoclosure () throws(CaseEnd) -> Void
  ) throws(CaseEnd) {
    let mark = tracker.log.count
    tracker.watch.begin(what)
    defer { tracker.watch.end() }
    try action()
    try expectEvents([], in: tracker, after: mark, what)
  }

  /// Fails unless `action` raises exactly these kinds of events, in this order.
  public func expectEvents(
    _ kinds: [FaultEvent.Kind], _ tracker: Tracker, _ what: String,
    _ action: @autoclosure () throws(CaseEnd) -> Void
  ) throws(CaseEnd) {
    let mark = tracker.log.count
    tracker.watch.begin(what)
    defer { tracker.watch.end() }
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
    step(what, is: Trial.words(kinds))
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
