public import GuestKit
internal import LinuxMM

/// Bodies about minor faults: the page cache has the page, the page table does not.
public enum MinorFaults {
  /// Maps pages whose file an alias filled, all but the last, and opens a tracker for minor faults.
  private static func layOut(
    _ trial: Trial, _ backing: Backing, for modes: Userfaultfd.Modes, _ policy: FaultPolicy
  ) throws(CaseEnd) -> (pages: Pages, alias: Pages, tracker: Tracker) {
    let pages = try backing.map(trial)
    let alias = try pages.alias(trial)
    alias.fill(0..<3)
    for page in 0..<3 { pages.note(page, fullOf: Pages.pattern(page)) }
    let feature: Userfaultfd.Features = backing.isHugetlb ? .minorHugetlb : .minorShmem
    let tracker = try Tracker(trial, of: pages, for: modes, features: feature, policy: policy)
    return (pages, alias, tracker)
  }

  /// A page that only the page cache has raises a minor fault, and `UFFDIO_CONTINUE` maps it.
  public static func basic(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, alias, tracker) = try layOut(trial, backing, for: .minor, FaultPolicy())
    let hole = pages.range(3)
    let onHole = try tracker.errno { (uffd) throws(Errno) -> Void in try uffd.continue(hole) }
    try trial.expect(onHole, equals: .badAddress, "UFFDIO_CONTINUE on a hole")

    try trial.expectEvents([.minor], tracker, "a load", _ = pages.load(0))
    if case .fault(let fault) = tracker.log.events().first {
      try trial.expect(fault.flags, equals: 4, "flags of a minor fault")
      try trial.expect(fault.address, equals: pages.address(0), "address of a minor fault")
    }
    try trial.expectPagemap(pages, 0, "PF", "after UFFDIO_CONTINUE")
    try trial.expectPagemap(pages, 1..<3, "-", "beside a continued page")
    try trial.expectIntact(pages, 0..<1, "after UFFDIO_CONTINUE")
    try trial.expectNoEvent(tracker, "a second load", _ = pages.load(0, at: 0x800))
    try trial.expectNoEvent(tracker, "a store to a continued page", pages.store(0, 0x31))
    let mapped = pages.range(0)
    let onMapped = try tracker.errno { (uffd) throws(Errno) -> Void in try uffd.continue(mapped) }
    try trial.expect(onMapped, equals: .exists, "UFFDIO_CONTINUE on a mapped page")

    try trial.expectEvents([.minor], tracker, "a store to the next", pages.store(1, 0x32))
    try trial.expect(alias.load(1), equals: 0x32, "the store seen through the alias")
    try trial.expectNoEvent(tracker, "a load from a hole", _ = pages.load(3))
    try trial.expectEvents([.minor], tracker, "a load from the third", _ = pages.load(2))
    try trial.expectIntact(pages)
  }

  /// `UFFDIO_CONTINUE` in mode WP maps the page protected.
  public static func continueProtects(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    var policy = FaultPolicy()
    policy.minor = .continueProtected
    let (pages, alias, tracker) = try layOut(
      trial, backing, for: [.minor, .writeProtect], policy)
    try trial.expectEvents([.minor], tracker, "a load", _ = pages.load(0))
    try trial.expectPagemap(pages, 0, "PFW", "continued in mode WP")
    try trial.expectPagemap(alias, 0, "PF", "in the mapping of nobody's tracker")
    try trial.expectIntact(pages, 0..<1, "continued in mode WP")
    try trial.expectWriteFault(tracker, pages, 0, "a store to it", pages.store(0, 0x33))
    try trial.expectPagemap(pages, 0, "PF", "after the fault was resolved")
    try trial.expectEvents(
      [.minor, .writeProtect], tracker, "a store to a page not mapped yet", pages.store(1, 0x34))
    try trial.expectIntact(pages, 0..<3)

    let plain = try backing.map(trial)
    let other = try plain.alias(trial)
    other.fill()
    let second = try Tracker(trial, of: plain, for: .minor, policy: .observing)
    let range = plain.range(0)
    let error = try second.errno { (uffd) throws(Errno) -> Void in
      try uffd.continue(range, writeProtected: true)
    }
    try trial.expect(error, equals: .invalid, "UFFDIO_CONTINUE in mode WP, minor faults only")
  }

  /// Continuing a page over its marker without mode WP ends the protection.
  public static func markerConsumed(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, _, tracker) = try layOut(
      trial, backing, for: [.minor, .writeProtect], FaultPolicy())
    try tracker.protect(pages, 0..<2)
    try trial.expectPagemap(pages, 0..<2, backing.markerLetters, "protected while not mapped")
    try trial.expectEvents([.minor], tracker, "a load", _ = pages.load(0))
    try trial.expectPagemap(pages, 0, "PF", "continued over its marker")
    try trial.expectNoEvent(tracker, "a store to it", pages.store(0, 0x35))
    try trial.expectPagemap(pages, 1, backing.markerLetters, "beside the continued page")
    try trial.expectIntact(pages, 0..<3)
  }

  /// A page cache page that is swapped out is still a minor fault.
  public static func swapped(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, alias, tracker) = try layOut(trial, backing, for: .minor, FaultPolicy())
    try trial.pageOut(alias, 0..<3)
    try trial.expectEvents([.minor], tracker, "a load from a swapped page", _ = pages.load(0))
    try trial.expectIntact(pages, 0..<1, "swapped in by UFFDIO_CONTINUE")
    try trial.expectEvents([.minor], tracker, "a store to a swapped page", pages.store(1, 0x36))
    try trial.expectIntact(pages, 0..<2)
  }
}
