public import GuestKit
internal import LinuxMM

/// Bodies about several threads that wait at once: who is told of, in which portions, and who goes on.
public enum Queues {
  /// A userfaultfd that nobody reads but the case, with all pages registered and, where it can be, protected.
  private static func open(
    _ trial: Trial, _ pages: Pages, for modes: Userfaultfd.Modes = .writeProtect,
    blocking: Bool = false
  ) throws(CaseEnd) -> Userfaultfd {
    if !modes.contains(.missing) { pages.fill() }
    let uffd = try trial.attempt("userfaultfd", try Userfaultfd(blocking: blocking))
    try trial.attempt("UFFDIO_REGISTER", try uffd.register(pages.range, for: modes))
    if modes.contains(.writeProtect) {
      try trial.attempt("UFFDIO_WRITEPROTECT", try uffd.writeProtect(pages.range))
    }
    return uffd
  }

  /// Threads that store to the first byte of each page.
  private static func writers(_ trial: Trial, _ pages: Pages, _ some: [Int]) throws(CaseEnd)
    -> [Writer]
  {
    var all: [Writer] = []
    for page in some {
      all.append(try Writer(trial, to: pages.address(page), 0x61))
      pages.note(page, at: 0, 0x61)
    }
    return all
  }

  /// Waits until so many threads wait unread; `fdinfo` counts them.
  private static func waitPending(
    _ trial: Trial, _ uffd: borrowing Userfaultfd, _ count: UInt64
  ) throws(CaseEnd) {
    for _ in 0..<500 {
      if try pending(trial, uffd) == count { return }
      System.sleep(milliseconds: 10)
    }
    let seen = try pending(trial, uffd)
    try trial.expect(seen, equals: count, "faults that wait to be read, 5 s later")
  }

  private static func pending(_ trial: Trial, _ uffd: borrowing Userfaultfd) throws(CaseEnd)
    -> UInt64
  {
    do throws(Errno) {
      let number = try uffd.withDescriptor { (file) throws(Errno) in file.borrowedNumber }
      let text = try TextFile.read("/proc/self/fdinfo/\(number)")
      for line in text.utf8.split(separator: UInt8(ascii: "\n"))
      where line.starts(with: "pending:".utf8) {
        return TextFile.leadingNumber(line.dropFirst(8)) ?? 0
      }
      return 0
    } catch { throw .error("reading fdinfo failed with \(error)") }
  }

  /// Fails if somebody faults who was told of already: woken for nothing.
  private static func expectNothing(
    _ trial: Trial, _ uffd: borrowing Userfaultfd, _ when: String
  ) throws(CaseEnd) {
    let again = try trial.attempt("read(2)", try uffd.nextEvents(atMost: 4))
    try trial.expect(again.count, equals: 0, "new events of those who wait, \(when)")
  }

  /// One read(2) gives as many events as fit and no more; each fault is told of once, in its own page.
  public static func severalAtOnce(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let uffd = try open(trial, pages)
    try trial.expect(
      !(try trial.attempt("poll", try uffd.waitForEvent(milliseconds: 0))),
      expected: "nothing to read", seen: "readable")
    let all = try writers(trial, pages, [0, 1, 2])
    try waitPending(trial, uffd, 3)
    let isThere = try trial.attempt("poll", try uffd.waitForEvent(milliseconds: 0))
    try trial.expect(isThere, expected: "readable with 3 events", seen: "nothing to read")
    let first = try trial.attempt("read(2)", try uffd.nextEvents(atMost: 2))
    try trial.expect(first.count, equals: 2, "events of a read for two")
    try trial.expect(
      try trial.attempt("poll", try uffd.waitForEvent(milliseconds: 0)),
      expected: "readable with 1 event", seen: "nothing to read")
    let second = try trial.attempt("read(2)", try uffd.nextEvents(atMost: 4))
    try trial.expect(second.count, equals: 1, "events of a read for four")
    try trial.expect(
      try trial.attempt("read(2)", try uffd.nextEvents(atMost: 4)).count, equals: 0,
      "events of a third read")
    try trial.expect(
      !(try trial.attempt("poll", try uffd.waitForEvent(milliseconds: 0))),
      expected: "nothing to read when all was read", seen: "readable")
    var seen: [UInt64] = []
    for case .fault(let fault) in first + second {
      try trial.expect(fault.flags, equals: 3, "flags of an event")
      seen.append(fault.address)
    }
    for page in 0..<3 {
      let times = seen.filter { $0 == pages.address(page) }.count
      try trial.expect(times, equals: 1, "events at page \(page)")
    }
    try trial.attempt("UFFDIO_WRITEPROTECT", try uffd.unprotect(pages.range))
    for writer in all { try writer.expectDone(trial, "when all is lifted") }
    try trial.expectIntact(pages)
  }

  /// A blocking read(2) waits for a fault and returns it, even if there is room for more.
  public static func blockingRead(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let reader = try BlockedReader(trial, try open(trial, pages, blocking: true))
    let before = reader.wait(.milliseconds(30))
    try trial.expect(before == nil, expected: "a read that waits for a fault", seen: "it returned")
    let writer = try Writer(trial, to: pages.address(1), 0x61)
    pages.note(1, at: 0, 0x61)
    guard let events = reader.wait(.seconds(2)) else {
      try trial.fail(
        expected: "a blocking read with room for four returns the first event",
        seen: "it did not return in 2 s")
    }
    try trial.expect(events.count, equals: 1, "events of a blocking read")
    if case .fault(let fault) = events.first {
      try trial.expect(fault.address, equals: pages.address(1), "the address of the fault")
    }
    try writer.expectBlocked(trial, "until it is resolved")
    let range = pages.range
    try trial.attempt("UFFDIO_WRITEPROTECT", try reader.uffd.unprotect(range))
    try writer.expectDone(trial, "when it is resolved")
    try trial.expectIntact(pages)
  }

  /// Closing wakes those whose events were read and those whose were not.
  public static func closeUnread(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let uffd = try open(trial, pages)
    let all = try writers(trial, pages, [0, 1, 2])
    try waitPending(trial, uffd, 3)
    let read = try trial.attempt("read(2)", try uffd.nextEvents(atMost: 1))
    try trial.expect(read.count, equals: 1, "events of a read for one")
    _ = consume uffd
    for writer in all { try writer.expectDone(trial, "when the userfaultfd is closed") }
    try trial.expectPagemap(pages, 0..<4, backing.writtenLetters, "after close")
    try trial.expectIntact(pages)
  }

  /// `UFFDIO_WAKE` wakes who waits in its range, and neither who waits before nor behind it.
  public static func wakesOnlyRange(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let uffd = try open(trial, pages)
    let all = try writers(trial, pages, [0, 1, 2])
    try waitPending(trial, uffd, 3)
    try trial.attempt(
      "UFFDIO_WRITEPROTECT in mode DONTWAKE", try uffd.unprotect(pages.range, wake: false))
    // Read and unread ones alike.
    _ = try trial.attempt("read(2)", try uffd.nextEvents(atMost: 2))
    try trial.attempt("UFFDIO_WAKE", try uffd.wake(pages.range(1)))
    try all[1].expectDone(trial, "when its page is woken")
    try all[0].expectBlocked(trial, "when the page behind it is woken")
    try all[2].expectBlocked(trial, "when the page before it is woken")
    try trial.attempt("UFFDIO_WAKE", try uffd.wake(pages.range(3)))
    try all[2].expectBlocked(trial, "when the page behind it is woken")
    try trial.attempt("UFFDIO_WAKE", try uffd.wake(pages.range(2..<4)))
    try all[2].expectDone(trial, "when a range that begins with its page is woken")
    try all[0].expectBlocked(trial, "when all pages behind it are woken")
    try trial.attempt("UFFDIO_WAKE", try uffd.wake(pages.range))
    try all[0].expectDone(trial, "when all pages are woken")
    try trial.expectIntact(pages)
  }

  /// Several threads that wait at one page all go on.
  public static func allOnOnePage(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let uffd = try open(trial, pages)
    var all: [Writer] = []
    for number in 0..<3 as Range<UInt64> {
      all.append(try Writer(trial, to: pages.address(1, at: number), UInt8(0x70 + number)))
      pages.note(1, at: number, UInt8(0x70 + number))
    }
    try waitPending(trial, uffd, 3)
    let events = try trial.attempt("read(2)", try uffd.nextEvents(atMost: 4))
    try trial.expect(events.count, equals: 3, "events of three stores to a page")
    try trial.attempt("UFFDIO_WRITEPROTECT", try uffd.unprotect(pages.range(1)))
    for writer in all { try writer.expectDone(trial, "when the page is lifted") }
    try trial.expect(
      try trial.attempt("read(2)", try uffd.nextEvents(atMost: 4)).count, equals: 0,
      "events after that")
    try trial.expectIntact(pages)
  }

  /// A copy wakes who waits in what it filled, and with DONTWAKE nobody.
  public static func copyWakesOnlyFilled(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let uffd = try open(trial, pages, for: .missing)
    let source = try Fills.filled(trial, pages: 2, of: backing).start
    try trial.expectFilled(
      uffd.fill(.copy, pages.range(2), from: source), all: pages.pageSize, "UFFDIO_COPY")
    let all = try writers(trial, pages, [0, 1, 3])
    try waitPending(trial, uffd, 3)
    _ = try trial.attempt("read(2)", try uffd.nextEvents(atMost: 4))
    try trial.expectFilled(
      uffd.fill(.copy, pages.range(0), from: source, rawMode: 1), all: pages.pageSize,
      "UFFDIO_COPY in mode DONTWAKE")
    try all[0].expectBlocked(trial, "after a copy in mode DONTWAKE")
    // Stops at page 2, having filled 1: it wakes at 1, and neither at 0 nor at 3, which would fault again.
    let rest = AddressRange(start: pages.address(1), length: 3 * pages.pageSize)
    try trial.expectFilled(
      uffd.fill(.copy, rest, from: source), part: pages.pageSize, "UFFDIO_COPY up to a page")
    try all[1].expectDone(trial, "when its page is filled")
    try all[0].expectBlocked(trial, "when the page behind it is filled")
    try all[2].expectBlocked(trial, "when a page before it is filled")
    try expectNothing(trial, uffd, "after a copy that did not come to their pages")
    try trial.attempt("UFFDIO_WAKE", try uffd.wake(pages.range(0)))
    try all[0].expectDone(trial, "when it is woken")
    try trial.expectFilled(
      uffd.fill(.copy, pages.range(3), from: source), all: pages.pageSize, "UFFDIO_COPY")
    try all[2].expectDone(trial, "when its page is filled")
    for page in 0..<4 {
      pages.note(page, fullOf: FaultPolicy.copiedByte)
      if page != 2 { pages.note(page, at: 0, 0x61) }
    }
    try trial.expectIntact(pages)
  }

  /// Unregistering a part wakes who waits for a missing page there, and nobody else.
  public static func unregisterPartMissing(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let uffd = try open(trial, pages, for: .missing)
    let all = try writers(trial, pages, [0, 1, 3])
    try waitPending(trial, uffd, 3)
    _ = try trial.attempt("read(2)", try uffd.nextEvents(atMost: 4))
    try trial.attempt("UFFDIO_UNREGISTER of a part", try uffd.unregister(pages.range(1..<3)))
    try all[1].expectDone(trial, "when its page is unregistered")
    try all[0].expectBlocked(trial, "when the page behind it is unregistered")
    try all[2].expectBlocked(trial, "when the page before it is unregistered")
    try expectNothing(trial, uffd, "after pages beside theirs were unregistered")
    let source = try Fills.filled(trial, pages: 1, of: backing).start
    for page in [0, 3] {
      try trial.expectFilled(
        uffd.fill(.copy, pages.range(page), from: source), all: pages.pageSize,
        "UFFDIO_COPY to page \(page), still registered")
      pages.note(page, fullOf: FaultPolicy.copiedByte)
      pages.note(page, at: 0, 0x61)
    }
    try all[0].expectDone(trial, "when its page is filled")
    try all[2].expectDone(trial, "when its page is filled")
    try trial.expectRefused(
      uffd.fill(.copy, pages.range(2), from: source), .noEntry,
      "UFFDIO_COPY to an unregistered page")
    try trial.expectIntact(pages)
  }

  /// Each userfaultfd has the features it asked for, whatever another one of the process has.
  public static func featuresPerDescriptor(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let plain = try backing.map(trial)
    let exact = try backing.map(trial)
    let loud = try backing.map(trial)
    for pages in [plain, exact, loud] { pages.fill() }
    let first = try Tracker(trial, of: exact, features: [.exactAddress, .threadID])
    let second = try Tracker(trial, of: plain)
    let third = try Tracker(trial, of: loud, features: .sigbus)
    try first.protect(exact)
    try second.protect(plain)
    try third.protect(loud)
    let signalled = Memory.tryStore(loud.address(0, at: 0x21), 1)
    try trial.expect(
      signalled, equals: .busError(code: 2, address: loud.address(0, at: 0x21)),
      "a store under the third, with SIGBUS")
    for (tracker, pages, offset, thread) in [
      (first, exact, 0x123 as UInt64, System.threadID), (second, plain, 0, 0),
    ] {
      let mark = tracker.log.count
      pages.store(1, 0x62)
      try trial.expectEvents([.writeProtect], in: tracker, after: mark, "a store")
      guard case .fault(let fault) = tracker.log.events(after: mark).first else { continue }
      try trial.expect(fault.address, equals: pages.address(1) + offset, "the event's address")
      try trial.expect(Int(fault.thread), equals: Int(thread), "the event's thread")
    }
    try trial.expectEvents([], in: third, after: 0, "all stores")
    try third.close()
    for pages in [plain, exact, loud] { try trial.expectIntact(pages) }
  }
}
