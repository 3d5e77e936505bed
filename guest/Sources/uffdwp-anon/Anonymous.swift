import GuestKit
import LinuxMM

/// The mapped zero page can be protected and reports its first write.
func zeroPage(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: pages)
  pages.load(0)
  try trial.prove(
    try pages.bits(trial, 0).contains(.present), otherwise: "a load mapped no zero page")
  try tracker.protect(pages, 0)
  try trial.expectPagemap(pages, 0, "PW", "a protected zero page")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(0))
  try trial.expectWriteFault(tracker, pages, 0, "the first store", pages.store(0, 0xc1))
  try trial.expectPagemap(pages, 0, "PX", "after the fault was resolved")
  try trial.expectNoEvent(tracker, "a second store", pages.store(0, at: 0x200, 0xc2))

  // Lifting must not make the zero page itself writable: another user of it would see the store.
  pages.load(1)
  pages.load(2)
  try tracker.protect(pages, 1)
  try tracker.unprotect(pages, 1)
  try trial.expectPagemap(pages, 1, "P", "a zero page after lifting its protection")
  try trial.expectNoEvent(tracker, "a store to it", pages.store(1, 0xc3))
  try trial.expectIntact(pages)
}

/// A protected hole becomes a marker that survives loads, and reports the first write.
func unpopulatedMarker(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: pages, features: .writeProtectUnpopulated)
  try tracker.protect(pages, 0..<3)
  try trial.expectPagemap(pages, 0..<3, "SW", "protected while empty")
  try trial.expectPagemap(pages, 3, "-", "beside the markers")
  try trial.expect(try pages.smaps(trial, "Rss"), equals: 0, "Rss in kB of the markers")
  let resident = try trial.attempt("mincore", try pages.range.residency())
  try trial.expect(resident.contains(true), equals: false, "mincore finds a page")

  try trial.expectNoEvent(tracker, "a load", _ = pages.load(0))
  try trial.expectPagemap(pages, 0, "PW", "a protected hole after a load")
  try trial.expectWriteFault(tracker, pages, 0, "a store after the load", pages.store(0, 0xd0))
  try trial.expectWriteFault(tracker, pages, 1, "a store without load", pages.store(1, 0xd1))
  try tracker.unprotect(pages, 2)
  try trial.expectPagemap(pages, 2, "-", "after lifting the protection")
  try trial.expectNoEvent(tracker, "a store to it", pages.store(2, 0xd2))
  try trial.expectIntact(pages)
}

/// A zapped anonymous page comes back as a new one, without its protection: by design.
func dontNeedDrops(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.expectPagemap(pages, 0..<4, "PXW", "protected")
  try trial.attempt("MADV_DONTNEED", try pages.range(0..<2).advise(.dontNeed))
  for page in 0..<2 { pages.note(page, fullOf: 0) }
  try trial.expectPagemap(pages, 0..<2, "-", "after MADV_DONTNEED")
  try trial.expectNoEvent(tracker, "a store to a zapped page", pages.store(0, 0xe0))
  try trial.expectNoEvent(tracker, "a load from a zapped page", _ = pages.load(1))
  try trial.expectNoEvent(tracker, "a store after that", pages.store(1, 0xe1))
  try trial.expectPagemap(pages, 0..<2, "PX", "after the stores")
  try trial.expectWriteFault(tracker, pages, 2, "a store to a kept page", pages.store(2, 0xe2))
  try trial.expectIntact(pages)
}

/// Advice about reclaim does not touch the protection of pages that stay.
func adviceKeeps(_ trial: Trial, _ advice: Advice) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<2)
  try trial.attempt("MADV_" + advice.name, try pages.range.advise(advice))
  let present = try trial.count(.present, in: pages)
  try trial.prove(present == 4, otherwise: "\(4 - present) of 4 pages were reclaimed at once")
  try trial.expectCount(.writeProtected, in: pages, 0..<2, equals: 2, "after MADV_" + advice.name)
  try trial.expectCount(.writeProtected, in: pages, 2..<4, equals: 0, "after MADV_" + advice.name)
  try trial.expectWriteFault(tracker, pages, 0, "a store", pages.store(0, 0xf0))
  try trial.expectNoEvent(tracker, "a store to an unprotected page", pages.store(2, 0xf2))
}

/// Whole page tables that do not exist yet are made for the markers.
func unpopulatedTables(_ trial: Trial) throws(CaseEnd) {
  let perTable = Int(Memory.hugePageSize / Memory.pageSize)
  let pages = try Backing.anon.map(trial, pages: 4 * perTable)
  let tracker = try Tracker(trial, of: pages, features: .writeProtectUnpopulated)
  try tracker.protect(pages)
  try trial.expectPagemap(pages, 0..<pages.count, "SW", "protected without page tables")
  try trial.expect(try pages.smaps(trial, "Rss"), equals: 0, "Rss in kB of the markers")
  for page in [0, perTable, 2 * perTable + 7, pages.count - 1] {
    try trial.expectWriteFault(
      tracker, pages, page, "a store to page \(page)", pages.store(page, 0xd4))
  }
  try trial.expectCount(
    .writeProtected, in: pages, equals: pages.count - 4, "after four stores")
}
