public import GuestKit
internal import LinuxMM

// What ends a protection, and what must not.
extension WriteProtect {
  /// How a tracker gives its memory up.
  public enum Ending: Sendable {
    case unregister, close
  }

  /// After `UNREGISTER` or close nothing is left: no bit, no marker, no spurious event for the next tracker.
  ///
  /// Half of swappable memory is swapped out before, where there is swap; of shared memory one page is
  /// zapped and one never existed, so that both kinds of markers are there.
  public static func unregisterClears(_ trial: Trial, _ backing: Backing, by ending: Ending)
    throws(CaseEnd)
  {
    let pages = try backing.map(trial, pages: backing.isHugetlb ? 4 : 8)
    let holes = backing.isShared ? 1 : 0
    pages.fill(0..<(pages.count - holes))
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    try trial.expectPagemap(pages, 0, backing.writtenLetters + "W", "protected")
    if backing.isShared {
      let zapped = pages.count - 2
      try trial.need(.dontNeed(on: backing))
      try trial.attempt("MADV_DONTNEED", try pages.range(zapped).advise(.dontNeed))
    }
    try swapHalf(trial, pages)
    try trial.expectCount(
      .writeProtected, in: pages, equals: pages.entryCount, "before the end")

    switch ending {
    case .unregister: try tracker.unregister(pages)
    case .close: try tracker.close()
    }
    try trial.expectCount(.writeProtected, in: pages, equals: 0, "after the end")
    let flagged = try trial.attempt("reading smaps", try Smaps(pages.range)).anyHas(flag: "uw")
    try trial.expect(!flagged, expected: "no uw in VmFlags after the end", seen: "uw")

    let second = try Tracker(trial, of: pages)
    try trial.expectNoEvent(second, "stores under a second tracker", storeToAll(pages, 0x41))
    try trial.expectIntact(pages)
  }

  /// Pages out the first half of what can be swapped, if there is swap at all.
  private static func swapHalf(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
    guard !pages.backing.isHugetlb, Requirement.swap.lacking() == nil else {
      return trial.evidence("swapped", "none")
    }
    let half = pages.count / 2
    try trial.pageOut(pages, 0..<half)
    trial.evidence("swapped", half)
    try trial.expectPagemap(pages, 0..<half, "SW", "protected and swapped out")
  }

  /// A move without `EVENT_REMAP` leaves the registration behind, and the bits and markers with it.
  public static func moveClears(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let hole = backing.isShared ? 1 : 0
    let filled = 0..<(pages.count - hole)
    pages.fill(filled)
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    try trial.expectPagemap(pages, filled, backing.writtenLetters + "W", "protected")
    if hole > 0 {
      let marker = backing.isHugetlb ? "W" : "SW"
      try trial.expectPagemap(pages, filled.upperBound, marker, "protected while empty")
    }
    let before = pages.range
    try pages.move(trial)
    try trial.prove(pages.range != before, otherwise: "mremap left the mapping where it was")

    let flagged = try trial.attempt("reading smaps", try Smaps(pages.range)).anyHas(flag: "uw")
    try trial.expect(!flagged, expected: "no uw in VmFlags after the move", seen: "uw")
    try trial.expectPagemap(pages, filled, backing.writtenLetters, "after the move")
    if hole > 0 { try trial.expectPagemap(pages, filled.upperBound, "-", "after the move") }
    let second = try Tracker(trial, of: pages)
    try trial.expectNoEvent(second, "stores under a second tracker", storeToAll(pages, 0x42))
    try trial.expectIntact(pages)
  }

  /// A page that migrates to another memory node takes its protection along.
  public static func migrationKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 0)
    for page in 0..<2 { try migrate(trial, pages, page) }

    let letters = backing.writtenLetters
    try trial.expectPagemap(pages, 0, letters + "W", "protected, after its migration")
    try trial.expectPagemap(pages, 1, letters, "not protected, after its migration")
    try trial.expectNoEvent(tracker, "a store to the unprotected page", pages.store(1, 0x51))
    try trial.expectWriteFault(
      tracker, pages, 0, "a store to the protected page", pages.store(0, 0x50))
    try trial.expectIntact(pages)
  }

  /// Moves a page to the other of two nodes and proves that it went.
  static func migrate(_ trial: Trial, _ pages: Pages, _ page: Int) throws(CaseEnd) {
    let address = pages.address(page)
    let before = try pages.pagemap(trial, page..<(page + 1))[0].frame
    let node = try trial.attempt("asking for the node", try Numa.node(of: address))
    let target = node == 0 ? 1 : 0
    let status = try trial.attempt("move_pages", try Numa.move(pageAt: address, to: target))
    let after = try pages.pagemap(trial, page..<(page + 1))[0].frame
    trial.evidence("node_of_page_\(page)", "\(node) then \(status)")
    try trial.prove(status == target, otherwise: "page \(page) stayed on node \(status)")
    try trial.prove(
      before != after || before == 0, otherwise: "page \(page) kept its frame 0x\(hex(before))")
  }

  /// One store to every page.
  static func storeToAll(_ pages: Pages, _ value: UInt8) {
    for page in 0..<pages.count { pages.store(page, value) }
  }
}

extension Pages {
  /// Pagemap entries of the whole mapping: one per 4 KiB.
  var entryCount: Int { Int(range.length / Memory.pageSize) }
}

extension Requirement {
  /// `MADV_DONTNEED` on a backing: hugetlb learnt it late.
  static func dontNeed(on backing: Backing) -> Requirement {
    backing.isHugetlb
      ? .hugetlbDontNeed : Requirement("dontneed") { () -> Requirement.Lacking? in nil }
  }
}
