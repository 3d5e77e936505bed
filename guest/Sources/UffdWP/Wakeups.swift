public import GuestKit
internal import LinuxMM

/// A thread that does one store and says when it is through.
private final class Storing: Sendable {
  private let monitor = Monitor()
  // Only touched inside the monitor.
  nonisolated(unsafe) private var isThrough = false

  /// Starts the thread; it is left behind when its store never ends.
  func start(_ trial: Trial, at address: UInt64, _ value: UInt8) throws(CaseEnd) {
    let thread = try trial.attempt(
      "starting a thread",
      try Thread {
        Memory.store(address, value)
        self.monitor.locked {
          self.isThrough = true
          self.monitor.notify()
        }
      })
    _ = consume thread
  }

  /// Whether the store ends within so many milliseconds.
  func ends(within milliseconds: UInt64) -> Bool {
    monitor.wait(milliseconds: milliseconds) { isThrough }
  }
}

/// Bodies about threads that wait for a fault's resolution.
public enum Wakeups {
  /// How long a wake-up may take; and how long a thread is watched that must not wake.
  private static let patience: UInt64 = 3000
  private static let glance: UInt64 = 30

  /// Blocks a thread in a store to page 0 of protected pages that nobody resolves.
  private static func block(_ trial: Trial, _ backing: Backing) throws(CaseEnd)
    -> (pages: Pages, tracker: Tracker, storing: Storing)
  {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, policy: .observing)
    try tracker.protect(pages)
    let storing = Storing()
    try storing.start(trial, at: pages.address(0, at: 0x123), 0x55)
    pages.note(0, at: 0x123, 0x55)
    try trial.expect(
      tracker.log.wait(for: 1), expected: "a store to a protected page raises an event",
      seen: "no event within 5 s")
    try trial.expect(
      !storing.ends(within: glance), expected: "the store waits", seen: "the store went through")
    return (pages, tracker, storing)
  }

  private static func expectThrough(
    _ trial: Trial, _ storing: Storing, _ when: String
  ) throws(CaseEnd) {
    try trial.expect(
      storing.ends(within: patience), expected: "the store goes on " + when,
      seen: "still blocked after 3 s")
  }

  /// Lifting the protection wakes the waiting; protecting again does not.
  public static func unprotectWakes(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker, storing) = try block(trial, backing)
    try tracker.protect(pages, 0)
    try tracker.protect(pages, 1)
    try trial.expect(
      !storing.ends(within: glance), expected: "the store waits after another protection",
      seen: "it went through")
    try tracker.unprotect(pages, 1)
    try trial.expect(
      !storing.ends(within: glance), expected: "the store waits after another page is freed",
      seen: "it went through")
    try tracker.unprotect(pages, 0)
    try expectThrough(trial, storing, "when the protection is lifted")
    try trial.expectEvents([.writeProtect], in: tracker, after: 0, "one store")
    try trial.expectPagemap(pages, 0, backing.writtenLetters, "after the store")
    try trial.expectIntact(pages)
  }

  /// With mode DONTWAKE the waiting go on waiting until `UFFDIO_WAKE`.
  public static func dontWakeThenWake(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker, storing) = try block(trial, backing)
    let range = pages.range(0)
    try tracker.call("lifting the protection") { (uffd) throws(Errno) in
      try uffd.unprotect(range, wake: false)
    }
    try trial.expectPagemap(pages, 0, backing.writtenLetters, "lifted in mode DONTWAKE")
    try trial.expect(
      !storing.ends(within: glance), expected: "the store waits after DONTWAKE",
      seen: "it went through")
    try tracker.call("UFFDIO_WAKE") { (uffd) throws(Errno) in try uffd.wake(range) }
    try expectThrough(trial, storing, "after UFFDIO_WAKE")
    try trial.expectEvents([.writeProtect], in: tracker, after: 0, "one store")
    try trial.expectIntact(pages)
  }

  /// Closing the userfaultfd wakes the waiting, and nothing stays protected.
  public static func closeWakes(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker, storing) = try block(trial, backing)
    try tracker.close()
    try expectThrough(trial, storing, "after close")
    try trial.expectPagemap(pages, 0..<4, backing.writtenLetters, "after close")
    try trial.expectIntact(pages)
  }

  /// Many pages, many rounds: every store raises one event and none is lost.
  public static func stressResolve(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 64)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    let rounds = 20
    for round in 0..<rounds {
      try tracker.protect(pages)
      WriteProtect.storeToAll(pages, UInt8(round))
    }
    let count = tracker.log.count(.writeProtect)
    try trial.expect(count, equals: rounds * pages.count, "write-protect events")
    try trial.expect(tracker.log.count, equals: count, "events of any kind")
    try trial.expectCount(.writeProtected, in: pages, equals: 0, "at the end")
    try trial.expectIntact(pages)
  }
}
