import GuestKit
import LinuxMM

/// Soft-dirty goes out with the page and comes back with it; so does its absence.
func swapKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  try trial.clearSoftDirty()
  for page in [1, 4, 5] { pages.store(page, 0xa1) }
  try trial.expectDirty(pages, "after stores to 1 4 5", where: isStored)
  try trial.pageOut(pages)
  for page in 0..<8 {
    try trial.expectPagemap(pages, page, isStored(page) ? "Sd" : "S", "out", softDirty: true)
  }
  try trial.expectDirty(pages, "while out", where: isStored)

  for page in 0..<4 { pages.load(page) }
  try trial.expectPagemap(pages, 0, "PX", "clean and in again", softDirty: true)
  try trial.expectPagemap(pages, 1, "PXd", "dirty and in again", softDirty: true)
  try trial.expectDirty(pages, "after loads brought some in", where: isStored)
  // A store that brings its page in, and a store to a page that a load brought in.
  pages.store(7, 0xa7)
  pages.store(2, 0xa2)
  try trial.expectDirty(pages, "after stores to 2 7") { isStored($0) || $0 == 2 || $0 == 7 }
  try trial.expectIntact(pages)
  try trial.expectDirty(pages, "with all of it in") { isStored($0) || $0 == 2 || $0 == 7 }
}

private func isStored(_ page: Int) -> Bool { page == 1 || page == 4 || page == 5 }

/// clear_refs reaches pages that are out: they come back clean and their next store is noticed.
func clearWhileOut(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  try trial.clearSoftDirty()
  for page in [1, 2, 6] { pages.store(page, 0xa1) }
  try trial.pageOut(pages)
  try trial.expectDirty(pages, "while out") { $0 == 1 || $0 == 2 || $0 == 6 }
  try trial.clearSoftDirty()
  try trial.expectPagemap(pages, 0..<8, "S", "after clear_refs while out", softDirty: true)
  try trial.expectClean(pages, "after clear_refs while out")
  for page in 0..<4 { pages.load(page) }
  try trial.expectPagemap(pages, 0..<4, "PX", "in again", softDirty: true)
  try trial.expectClean(pages, "after loads brought some in")
  for page in [2, 3, 5, 6] { pages.store(page, 0xb1) }
  try trial.expectDirty(pages, "after stores to 2 3 5 6") { [2, 3, 5, 6].contains($0) }
  try trial.expectIntact(pages)
}

/// swapoff brings pages back as they went, and still tracked.
func swapoffKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  try trial.clearSoftDirty()
  for page in [1, 4, 5] { pages.store(page, 0xa1) }
  var area = try trial.swapAreaOfOwn()
  try trial.pageOut(pages)
  try trial.expectDirty(pages, "while out", where: isStored)
  try trial.expectSuccess(of: "swapoff", try area.turnOff())
  try trial.expectCount(.present, in: pages, equals: 8, "after swapoff")
  try trial.expectDirty(pages, "after swapoff", where: isStored)
  pages.load(0)
  pages.store(3, 0xa3)
  try trial.expectDirty(pages, "after a store to 3") { isStored($0) || $0 == 3 }
  try trial.expectIntact(pages)
}

/// What was written to shared memory should be known after its trip to swap.
func swappedSharedStaysDirty(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.shmem.map(trial, pages: 4)
  pages.fill()
  try trial.clearSoftDirty()
  pages.store(1, 0xa1)
  try trial.expectDirty(pages, "after a store to 1") { $0 == 1 }
  try trial.pageOut(pages)
  for page in 0..<4 { pages.load(page) }
  try trial.expectIntact(pages)
  try trial.expectDirty(pages, "after its trip to swap") { $0 == 1 }
}

/// What was written to shared memory should be known after MADV_DONTNEED, which keeps the data.
func zappedSharedStaysDirty(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.shmem.map(trial, pages: 4)
  pages.fill()
  try trial.clearSoftDirty()
  pages.store(1, 0xa1)
  try trial.expectDirty(pages, "after a store to 1") { $0 == 1 }
  try trial.attempt("MADV_DONTNEED", try pages.range.advise(.dontNeed))
  try trial.expectCount(.present, in: pages, equals: 0, "after MADV_DONTNEED")
  for page in 0..<4 { pages.load(page) }
  try trial.expectIntact(pages)
  try trial.expectDirty(pages, "after MADV_DONTNEED") { $0 == 1 }
}
