public import GuestKit
internal import LinuxMM

/// Bodies of userfaultfd write-protection that hold for every backing.
public enum WriteProtect {
  /// A protected page reports its first write, once, and only it.
  public static func basic(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    let plain = backing.writtenLetters
    try trial.expectPagemap(pages, 0..<4, plain, "after registering")
    try tracker.protect(pages, 0)
    try trial.expectPagemap(pages, 0, plain + "W", "after protecting it")
    try trial.expectPagemap(pages, 1..<4, plain, "beside the protected one")

    try trial.expectNoEvent(tracker, "a load from the protected page", _ = pages.load(0))
    try trial.expectWriteFault(
      tracker, pages, 0, "a store to the protected page", pages.store(0, 0xa1))
    try trial.expectPagemap(pages, 0, plain, "after the fault was resolved")
    try trial.expectNoEvent(tracker, "a second store", pages.store(0, at: 0x200, 0xa2))
    try trial.expectNoEvent(tracker, "a store to another page", pages.store(1, 0xa3))
    try trial.expectIntact(pages)
  }

  /// Protecting one page leaves its neighbours alone.
  public static func pageIsolation(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 1)
    try trial.expectNoEvent(tracker, "a store to the page before", pages.store(0, 0xb0))
    try trial.expectNoEvent(tracker, "a store to the page after", pages.store(2, 0xb2))
    try trial.expectPagemap(pages, 1, backing.writtenLetters + "W", "after its neighbours' stores")
    try trial.expectWriteFault(
      tracker, pages, 1, "a store to the page itself", pages.store(1, 0xb1))
    try trial.expectIntact(pages)
  }
}
