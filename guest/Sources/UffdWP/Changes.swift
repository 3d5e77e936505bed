public import GuestKit
internal import LinuxMM

/// Bodies about events that tell a monitor that the address space changes.
public enum Changes {
  /// munmap(2) and `MADV_DONTNEED` tell what goes, from start to end, and what stays is tracked on.
  public static func ranges(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, features: [.eventUnmap, .eventRemove])
    try tracker.protect(pages)
    let zapped = pages.range(1..<3)
    var mark = tracker.log.count
    try trial.attempt("MADV_DONTNEED", try zapped.advise(.dontNeed))
    try trial.expectEvents([.remove], in: tracker, after: mark, "MADV_DONTNEED")
    if case .remove(let start, let end) = tracker.log.events(after: mark).first {
      try trial.expect(
        start == zapped.start && end == zapped.end,
        expected: "a remove event from 0x\(hex(zapped.start)) to 0x\(hex(zapped.end))",
        seen: "from 0x\(hex(start)) to 0x\(hex(end))")
    }
    let gone = pages.range(4..<6)
    mark = tracker.log.count
    try trial.attempt("munmap", try gone.unmap())
    try trial.expectEvents([.unmap], in: tracker, after: mark, "munmap")
    if case .unmap(let start, let end) = tracker.log.events(after: mark).first {
      try trial.expect(
        start == gone.start && end == gone.end,
        expected: "an unmap event from 0x\(hex(gone.start)) to 0x\(hex(gone.end))",
        seen: "from 0x\(hex(start)) to 0x\(hex(end))")
    }
    try trial.expectWriteFault(tracker, pages, 0, "a store before them", pages.store(0, 0x61))
    try trial.expectWriteFault(tracker, pages, 3, "a store between them", pages.store(3, 0x62))
    try trial.expectIntact(pages, 0..<1)
    try trial.expectIntact(pages, 3..<4)
  }

  /// While an event about a change is unread, nothing is protected or filled: `EAGAIN`.
  public static func refusedMeanwhile(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill(0..<3)
    let uffd = try trial.attempt("userfaultfd", try Userfaultfd(features: .eventRemove))
    let all = pages.range
    try trial.attempt(
      "UFFDIO_REGISTER", try uffd.register(all, for: [.missing, .writeProtect]))
    let source = try Fills.filled(trial, pages: 1, of: backing)
    let removed = pages.range(1)
    let thread: Thread
    do throws(Errno) {
      thread = try Thread { _ = try? removed.advise(.dontNeed) }  // its event is what counts
    } catch { throw .error("starting a thread failed with \(error)") }
    let isThere = try trial.attempt("poll", try uffd.waitForEvent(milliseconds: 5000))
    try trial.expect(isThere, expected: "an event of MADV_DONTNEED", seen: "none within 5 s")

    try trial.expect(
      .again, from: "UFFDIO_WRITEPROTECT while an event is unread",
      try uffd.writeProtect(pages.range(2)))
    try trial.expect(
      .again, from: "UFFDIO_COPY while an event is unread",
      try uffd.copy(from: source.start, to: pages.range(3)))
    if !backing.isHugetlb {
      try trial.expect(
        .again, from: "UFFDIO_ZEROPAGE while an event is unread",
        try uffd.zeroPage(pages.range(3)))
    }
    try trial.expectPagemap(pages, 2, backing.writtenLetters, "after a refused protection")
    try trial.expectPagemap(pages, 3, "-", "after refused fills")
    let event = try trial.attempt("reading the event", try uffd.nextEvent())
    try trial.expect(
      event == .remove(start: removed.start, end: removed.end),
      expected: "a remove event of page 1", seen: event == nil ? "none" : "another event")
    do throws(Errno) { try thread.join() } catch { throw .error("join failed with \(error)") }
    try trial.expectSuccess(
      of: "UFFDIO_WRITEPROTECT after the event", try uffd.writeProtect(pages.range(2)))
    try trial.expectProtected(pages, 2..<3, "protected after all")
    try trial.expectSuccess(
      of: "UFFDIO_COPY after the event",
      try uffd.copy(from: source.start, to: pages.range(3)))
    pages.note(3, fullOf: FaultPolicy.copiedByte)
    try trial.expectIntact(pages, 2..<4)
  }
}
