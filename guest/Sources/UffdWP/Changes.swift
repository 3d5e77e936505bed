public import GuestKit
internal import LinuxMM

/// Bodies about events that tell a monitor that the address space changes.
public enum Changes {
  /// munmap(2), `MADV_DONTNEED` and `MADV_REMOVE` tell what goes, from start to end; what stays is tracked on.
  public static func ranges(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 8)
    pages.fill()
    let foreign = try backing.map(trial, pages: 1)
    foreign.fill()
    let tracker = try Tracker(trial, of: pages, features: [.eventUnmap, .eventRemove])
    try tracker.protect(pages)
    let zapped = pages.range(1..<3)
    var mark = tracker.log.count
    try trial.attempt("MADV_DONTNEED", try zapped.advise(.dontNeed))
    try expectRemove(trial, tracker, after: mark, zapped, "MADV_DONTNEED")
    if backing.isShared {
      let punched = pages.range(4)
      mark = tracker.log.count
      try trial.attempt("MADV_REMOVE", try punched.advise(.remove))
      try expectRemove(trial, tracker, after: mark, punched, "MADV_REMOVE")
      // Shared memory has no MADV_FREE; whether the event comes all the same is nobody's promise.
      mark = tracker.log.count
      try trial.expect(.invalid, from: "MADV_FREE", try pages.range(0).advise(.free))
      trial.evidence("events_of_refused_free", tracker.log.count - mark)
    }
    try trial.expectNoEvent(
      tracker, "MADV_DONTNEED of memory that is not registered",
      try trial.attempt("MADV_DONTNEED", try foreign.range.advise(.dontNeed)))
    let gone = pages.range(6..<8)
    mark = tracker.log.count
    try trial.attempt("munmap", try gone.unmap())
    try trial.expectEvents([.unmap], in: tracker, after: mark, "munmap")
    if case .unmap(let start, let end) = tracker.log.events(after: mark).first {
      try trial.expect(
        start == gone.start && end == gone.end,
        expected: "an unmap event from 0x\(hex(gone.start)) to 0x\(hex(gone.end))",
        seen: "from 0x\(hex(start)) to 0x\(hex(end))")
    }
    for page in [0, 3, 5] {
      try trial.expectWriteFault(
        tracker, pages, page, "a store to page \(page), which stayed", pages.store(page, 0x61))
      try trial.expectIntact(pages, page..<(page + 1))
    }
  }

  private static func expectRemove(
    _ trial: Trial, _ tracker: Tracker, after mark: Int, _ wanted: AddressRange, _ what: String
  ) throws(CaseEnd) {
    try trial.expectEvents([.remove], in: tracker, after: mark, what)
    guard case .remove(let start, let end) = tracker.log.events(after: mark).first else { return }
    try trial.expect(
      start == wanted.start && end == wanted.end,
      expected: "\(what): a remove event from 0x\(hex(wanted.start)) to 0x\(hex(wanted.end))",
      seen: "\(what): from 0x\(hex(start)) to 0x\(hex(end))")
  }

  /// What a monitor may be told of.
  public enum Change: Sendable {
    case remove, unmap, remap

    var feature: Userfaultfd.Features {
      switch self {
      case .remove: .eventRemove
      case .unmap: .eventUnmap
      case .remap: .eventRemap
      }
    }

    /// Does it, and returns once its event was read.
    func happen(to range: AddressRange) {
      // Its event is what counts: an error shows as a missing one.
      switch self {
      case .remove: _ = try? range.advise(.dontNeed)  // as above
      case .unmap: _ = try? range.unmap()  // as above
      case .remap: _ = try? Mapping(adopting: range).moved().relinquish()  // as above
      }
    }
  }

  /// While an event about a change is unread, nothing is protected or filled: `EAGAIN`.
  ///
  /// With `answered` the calls must also write it into their argument, where callers look for it.
  public static func refusedMeanwhile(
    _ trial: Trial, _ backing: Backing, _ change: Change, answered: Bool = false
  ) throws(CaseEnd) {
    let changed = try backing.map(trial, pages: 2)
    changed.fill()
    let pages = try backing.map(trial)
    pages.fill(0..<3)
    let uffd = try trial.attempt("userfaultfd", try Userfaultfd(features: change.feature))
    for range in [changed.range, pages.range] {
      try trial.attempt(
        "UFFDIO_REGISTER", try uffd.register(range, for: [.missing, .writeProtect]))
    }
    let source = try Fills.filled(trial, pages: 1, of: backing)
    let going = changed.range
    let thread: Thread
    do throws(Errno) { thread = try Thread { change.happen(to: going) } } catch {
      throw .error("starting a thread failed with \(error)")
    }
    let isThere = try trial.attempt("poll", try uffd.waitForEvent(milliseconds: 5000))
    try trial.expect(isThere, expected: "an event of the change", seen: "none within 5 s")

    try trial.expect(
      .again, from: "UFFDIO_WRITEPROTECT while an event is unread",
      try uffd.writeProtect(pages.range(2)))
    let offered = try trial.attempt("userfaultfd", try Userfaultfd.offered()).features
    for filling in Userfaultfd.Filling.allCases where filling.isOffered(offered) {
      let seen = uffd.fill(filling, pages.range(3), from: source.start)
      let what = filling.rawValue + " while an event is unread"
      try trial.expect(seen.error, equals: .again, what)
      guard answered else { continue }
      try trial.expectRefused(seen, .again, what)
    }
    try trial.expectPagemap(pages, 2, backing.writtenLetters, "after a refused protection")
    try trial.expectPagemap(pages, 3, "-", "after refused fills")
    let event = try trial.attempt("reading the event", try uffd.nextEvent())
    try expect(trial, event, tellsOf: change, at: going)
    do throws(Errno) { try thread.join() } catch { throw .error("join failed with \(error)") }
    try trial.expectSuccess(
      of: "UFFDIO_WRITEPROTECT after the event", try uffd.writeProtect(pages.range(2)))
    try trial.expectProtected(pages, 2..<3, "protected after all")
    try trial.expectFilled(
      uffd.fill(.copy, pages.range(3), from: source.start), all: backing.pageSize,
      "UFFDIO_COPY after the event")
    pages.note(3, fullOf: FaultPolicy.copiedByte)
    try trial.expectIntact(pages, 2..<4)
  }

  private static func expect(
    _ trial: Trial, _ event: FaultEvent?, tellsOf change: Change, at range: AddressRange
  ) throws(CaseEnd) {
    var isTrue = false
    switch (change, event) {
    case (.remove, .remove(let start, let end)), (.unmap, .unmap(let start, let end)):
      isTrue = start == range.start && end == range.end
    case (.remap, .remap(let from, _, let length)):
      isTrue = from == range.start && length == range.length
    default: break
    }
    try trial.expect(
      isTrue, expected: "the event of the change at \(range)",
      seen: event.map { "another one, of kind \($0.kind)" } ?? "none")
  }
}
