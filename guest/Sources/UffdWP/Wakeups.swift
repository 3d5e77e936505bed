public import GuestKit
internal import LinuxMM

/// Bodies about threads that wait for a fault's resolution.
public enum Wakeups {
  /// Blocks a thread in a store to page 0 of protected pages that nobody resolves.
  private static func block(_ trial: Trial, _ backing: Backing) throws(CaseEnd)
    -> (pages: Pages, tracker: Tracker, writer: Writer)
  {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, policy: .observing)
    try tracker.protect(pages)
    let writer = try Writer(trial, to: pages.address(0, at: 0x123), 0x55)
    pages.note(0, at: 0x123, 0x55)
    try trial.expect(
      tracker.log.wait(for: 1), expected: "a store to a protected page raises an event",
      seen: "no event within 5 s")
    try writer.expectBlocked(trial, "before anything is done")
    return (pages, tracker, writer)
  }

  /// Lifting the protection wakes the waiting; protecting again does not.
  public static func unprotectWakes(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker, writer) = try block(trial, backing)
    try tracker.protect(pages, 0)
    try tracker.protect(pages, 1)
    try writer.expectBlocked(trial, "after another protection")
    try tracker.unprotect(pages, 1)
    try writer.expectBlocked(trial, "after another page is freed")
    try tracker.unprotect(pages, 0)
    try writer.expectDone(trial, "when the protection is lifted")
    try trial.expectEvents([.writeProtect], in: tracker, after: 0, "one store")
    try trial.expectPagemap(pages, 0, backing.writtenLetters, "after the store")
    try trial.expectIntact(pages)
  }

  /// With mode DONTWAKE the waiting go on waiting until `UFFDIO_WAKE`.
  public static func dontWakeThenWake(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker, writer) = try block(trial, backing)
    let range = pages.range(0)
    try tracker.call("lifting the protection") { (uffd) throws(Errno) in
      try uffd.unprotect(range, wake: false)
    }
    try trial.expectPagemap(pages, 0, backing.writtenLetters, "lifted in mode DONTWAKE")
    try writer.expectBlocked(trial, "after lifting in mode DONTWAKE")
    try tracker.call("UFFDIO_WAKE") { (uffd) throws(Errno) in try uffd.wake(range) }
    try writer.expectDone(trial, "after UFFDIO_WAKE")
    try trial.expectEvents([.writeProtect], in: tracker, after: 0, "one store")
    try trial.expectIntact(pages)
  }

  /// A thread that waits in a fault still handles its signals, and then waits again.
  public static func signalInterrupts(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let signal = try trial.attempt("sigaction", try Signal())
    let (pages, tracker, writer) = try block(trial, backing)
    for round in 1...3 {
      try trial.attempt("tgkill", try signal.send(toThread: writer.threadID))
      // The handler returns to the store, which faults once more.
      let isBack = tracker.log.wait(for: round + 1, within: .seconds(2))
      try trial.expect(signal.count, equals: round, "signals handled while the store is blocked")
      try trial.expect(
        isBack, expected: "the store faults again after signal \(round)",
        seen: "\(tracker.log.count) events")
      try writer.expectBlocked(trial, "after signal \(round)")
    }
    try trial.expectProtected(pages, "after the signals")
    try tracker.unprotect(pages, 0)
    try writer.expectDone(trial, "when the protection is lifted")
    try trial.expectEvents(
      [.writeProtect, .writeProtect, .writeProtect, .writeProtect], in: tracker, after: 0,
      "one store and three signals")
    try trial.expectIntact(pages)
  }

  /// Closing the userfaultfd wakes the waiting, and nothing stays protected.
  public static func closeWakes(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker, writer) = try block(trial, backing)
    try tracker.close()
    try writer.expectDone(trial, "after close")
    try trial.expectPagemap(pages, 0..<4, backing.writtenLetters, "after close")
    try trial.expectIntact(pages)
  }

  /// Many pages, many rounds: every store raises one event and none is lost.
  public static func stressResolve(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 64)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    let rounds = 20
    let events = [FaultEvent.Kind](repeating: .writeProtect, count: pages.count)
    for round in 0..<rounds {
      try tracker.protect(pages)
      try trial.expectEvents(
        events, tracker, "a round of stores", WriteProtect.storeToAll(pages, UInt8(round)))
    }
    try trial.expect(tracker.log.count, equals: rounds * pages.count, "events in all rounds")
    try trial.expectCount(.writeProtected, in: pages, equals: 0, "at the end")
    try trial.expectIntact(pages)
  }
}
