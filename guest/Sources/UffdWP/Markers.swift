public import GuestKit
internal import LinuxMM

extension Backing {
  /// Pagemap letters of a protected page that is not there: hugetlb markers do not look swapped.
  public var markerLetters: String { isHugetlb ? "W" : "SW" }

  /// Pagemap letters of a page that came by a load from memory that held nothing.
  public var loadedLetters: String { self == .shmempriv ? "PFX" : writtenLetters }
}

/// Bodies about markers: the protection of pages that are not there (any more).
///
/// Most use one layout of six pages: 0...2 are protected and 3 is not, all four are or become holes; 4 is
/// protected, 5 is not, both stay.
public enum Markers {
  /// Maps the layout, filled, and protects it.
  static func layOut(_ trial: Trial, _ backing: Backing, filled: Range<Int> = 0..<6)
    throws(CaseEnd) -> (pages: Pages, tracker: Tracker)
  {
    let pages = try backing.map(trial, pages: 6)
    pages.fill(filled)
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 0..<3)
    try tracker.protect(pages, 4)
    return (pages, tracker)
  }

  /// Checks the layout after its first four pages went: bits, loads, stores, content.
  ///
  /// `othersKept` says whether pages 4 and 5 stayed.
  static func expectMarkers(
    _ trial: Trial, _ tracker: Tracker, _ pages: Pages, _ when: String, othersKept: Bool = true
  ) throws(CaseEnd) {
    let backing = pages.backing
    let written = backing.writtenLetters
    try trial.expectPagemap(pages, 0..<3, backing.markerLetters, when)
    try trial.expectPagemap(pages, 3, "-", when)
    try trial.expectPagemap(pages, 4, othersKept ? written + "W" : backing.markerLetters, when)
    try trial.expectPagemap(pages, 5, othersKept ? written : "-", when)

    try trial.expectNoEvent(tracker, "a load through a marker", _ = pages.load(0))
    try trial.expectPagemap(
      pages, 0, backing.loadedLetters + "W", "after a load through its marker")
    try trial.expectPagemap(pages, 1, backing.markerLetters, "after a load beside it")
    try trial.expectIntact(pages, 0..<1, "after a load through its marker")
    try trial.expectWriteFault(tracker, pages, 0, "a store after that", pages.store(0, 0xd0))
    try trial.expectPagemap(pages, 0, written, "after a resolved fault")
    try trial.expectWriteFault(
      tracker, pages, 1, "a store through a marker", pages.store(1, 0xd1))
    try trial.expectPagemap(pages, 1, written, "after a resolved fault through a marker")
    try trial.expectNoEvent(tracker, "a second store", pages.store(1, at: 0x200, 0xd7))

    try trial.expectPagemap(pages, 2, backing.markerLetters, "after its neighbours' stores")
    try tracker.unprotect(pages, 2)
    try trial.expectPagemap(pages, 2, "-", "after lifting a marker's protection")
    try trial.expectNoEvent(tracker, "a store to it", pages.store(2, 0xd2))
    try trial.expectNoEvent(tracker, "a store to a plain hole", pages.store(3, 0xd3))
    try trial.expectWriteFault(
      tracker, pages, 4, "a store to the protected neighbour", pages.store(4, 0xd4))
    try trial.expectNoEvent(tracker, "a store to the plain neighbour", pages.store(5, 0xd5))
    try trial.expectPagemap(pages, 1..<6, written, "after all stores")
    try trial.expectIntact(pages)
  }

  /// A protected hole becomes a marker that costs no memory, survives loads, and reports the first write.
  public static func unpopulated(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    pages.fill(4..<6)
    let tracker = try Tracker(trial, of: pages)
    let free = try trial.attempt("reading meminfo", try HugePages.free())
    let rss = try pages.smaps(trial, "Rss")
    try tracker.protect(pages, 0..<3)
    try tracker.protect(pages, 4)
    let left = try trial.attempt("reading meminfo", try HugePages.free())
    try trial.expect(left, equals: free, "free huge pages after protecting holes")
    try trial.expect(try pages.smaps(trial, "Rss"), equals: rss, "Rss after protecting holes")
    let resident = try trial.attempt("mincore", try pages.range(0..<3).residency())
    try trial.expect(resident.contains(true), equals: false, "mincore finds a page in a hole")
    try expectMarkers(trial, tracker, pages, "protected while empty")
  }

  /// The same where the protection must make the page tables first.
  ///
  /// Shared memory: 8 MiB without a single page. hugetlb: at 64 GiB, where nothing else is mapped. The page
  /// tables were once missing there, and the protection with them (fed15f1345dc, 5.19).
  public static func unpopulatedSparse(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: backing.isHugetlb ? 3 : 2048)
    if backing.isHugetlb { try pages.move(trial, to: 64 << 30) }
    let tracker = try Tracker(trial, of: pages)
    let all = pages.entryCount
    try tracker.protect(pages)
    try trial.expectCount(.writeProtected, in: pages, equals: all, "protected while empty")
    let last = pages.count - 1
    let middle = pages.count / 2
    try trial.expectWriteFault(tracker, pages, last, "a store to the last", pages.store(last, 1))
    try trial.expectNoEvent(tracker, "a load in the middle", _ = pages.load(middle))
    try trial.expectWriteFault(
      tracker, pages, middle, "a store in the middle", pages.store(middle, 2))
    try trial.expectWriteFault(tracker, pages, 0, "a store to the first", pages.store(0, 3))
    let left = all - 3 * all / pages.count
    try trial.expectCount(.writeProtected, in: pages, equals: left, "after three stores")
    try tracker.unprotect(pages)
    try trial.expectCount(.writeProtected, in: pages, equals: 0, "after lifting all protection")
    try trial.expectNoEvent(tracker, "a store after that", pages.store(1, 4))
    try trial.expectIntact(pages, 0..<2)
  }

  /// munmap(2) forgets protection and markers: the next mapping at the same addresses has neither.
  public static func unmapDrops(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    // The neighbours stay mapped and keep the page table, in which something could stay behind.
    let pages = try backing.map(trial, pages: 6)
    pages.fill(0..<3)
    pages.fill(4..<6)
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    try trial.expectPagemap(pages, 2, backing.writtenLetters + "W", "protected")
    try trial.expectPagemap(pages, 3, backing.markerLetters, "protected while empty")
    let other: Backing = backing.isHugetlb ? .hugetlbpriv : .anon
    let fresh = try other.map(trial, pages: 2)
    try trial.attempt("munmap", try pages.range(2..<4).unmap())
    try fresh.move(trial, to: pages.address(2))
    try trial.expectPagemap(fresh, 0..<2, "-", "in a new mapping where a protected one was")
    let second = try Tracker(trial, of: fresh)
    for page in 0..<2 {
      let value = UInt8(0x90 + page)
      try trial.expectNoEvent(second, "a store to the new mapping", fresh.store(page, value))
    }
    try trial.expectIntact(fresh)
    try trial.expectWriteFault(
      tracker, pages, 1, "a store before the unmapped", pages.store(1, 0x91))
    try trial.expectWriteFault(
      tracker, pages, 4, "a store after the unmapped", pages.store(4, 0x94))
    try trial.expectIntact(pages, 0..<2)
    try trial.expectIntact(pages, 4..<6)
  }
}
