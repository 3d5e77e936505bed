import GuestKit
import LinuxMM

/// Pages that moved are soft-dirty at their new address: a dump that knows only the old one misses them.
func moveDirties(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let isHuge = backing.isTransparentHuge
  let pages = isHuge ? try hugeArea(trial, backing) : try backing.map(trial, pages: 4)
  pages.fill()
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  let old = pages.range
  try pages.move(trial)
  try trial.prove(pages.range != old, otherwise: "mremap left the mapping where it was")
  if isHuge { try trial.proveHuge(pages, "after mremap") }
  let flags = try trial.attempt("reading smaps", try Smaps(pages.range))
  try trial.prove(!flags.anyHas(flag: "sd"), otherwise: "the whole mapping counts as dirty (sd)")
  try trial.expectAllDirty(pages, "after mremap")
  try trial.expectIntact(pages)

  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after mremap and clear_refs")
  pages.store(1, 0xa1)
  try trial.expectDirty(pages, "after a store to 1") { isHuge || $0 == 1 }
  try trial.expectIntact(pages)
}

/// So are pages that moved while they were out; holes stay clean.
func moveDirtiesSwapped(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 8)
  pages.fill(0..<6)
  try trial.clearSoftDirty()
  try trial.pageOut(pages, 0..<4)
  try pages.move(trial)
  try trial.expectPagemap(pages, 0..<4, "Sd", "moved while out", softDirty: true)
  try trial.expectPagemap(pages, 4..<6, "PXd", "moved", softDirty: true)
  try trial.expectPagemap(pages, 6..<8, "-", "moved while empty", softDirty: true)
  for page in 0..<4 { pages.load(page) }
  try trial.expectDirty(pages, "after loads brought them in") { $0 < 6 }
  try trial.expectIntact(pages)
}

/// So are base pages that moved as a whole page table.
func moveDirtiesTable(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.thp.map(trial, pages: perHuge)
  try trial.attempt("MADV_NOHUGEPAGE", try pages.range.advise(.noHugePage))
  pages.fill()
  try trial.clearSoftDirty()
  try pages.move(trial)  // aligned to page tables at both ends
  let flags = try trial.attempt("reading smaps", try Smaps(pages.range))
  try trial.prove(!flags.anyHas(flag: "sd"), otherwise: "the whole mapping counts as dirty (sd)")
  try trial.expectIntact(pages)
  try trial.expectAllDirty(pages, "after mremap of a whole page table")
}

/// Clean pages stay clean and dirty ones dirty when they migrate, and both stay tracked.
func migrateBase(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 4)
  pages.fill()
  try trial.clearSoftDirty()
  pages.store(1, 0xa1)
  try trial.expectDirty(pages, "before migration") { $0 == 1 }
  for page in 0..<4 { try migrate(trial, pages, page) }
  try trial.expectDirty(pages, "after migration") { $0 == 1 }
  pages.load(0)
  pages.store(3, 0xa3)
  try trial.expectDirty(pages, "after a store to 3") { $0 == 1 || $0 == 3 }
  try trial.expectIntact(pages)
}

/// A clean huge page stays clean when it migrates.
func migrateCleanHuge(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "before migration")
  try migrate(trial, pages, 0)
  try trial.proveHuge(pages, "after migration")
  let dirty = try trial.count(.softDirty, in: pages)
  trial.evidence("dirty", dirty)
  try trial.expect(dirty, equals: 0, "soft-dirty pages after migration")
  try trial.expectClean(pages, "after migration")
}

/// A written huge page stays dirty when it migrates, and is tracked as ever after that.
func migrateDirtyHuge(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  try trial.clearSoftDirty()
  pages.store(7, 0xa7)
  try migrate(trial, pages, 0)
  try trial.proveHuge(pages, "after migration")
  try trial.expectAllDirty(pages, "after migration")
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after migration and clear_refs")
  pages.store(8, 0xa8)
  try trial.expectAllDirty(pages, "after a store")
  try trial.expectIntact(pages)
}

/// A written huge page that was given up lazily is soft-dirty still when it migrates, though no longer dirty.
///
/// Without MADV_FREE the dirty bit, which comes back with soft-dirty set (pmd_mkdirty()), hides that soft-dirty was lost.
func migrateFreedHuge(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  pages.store(7, 0xa7)
  try trial.attempt("MADV_FREE", try pages.range.advise(.free))
  try trial.proveHuge(pages, "after MADV_FREE")
  try trial.expectAllDirty(pages, "after MADV_FREE")
  try migrate(trial, pages, 0)
  try trial.proveHuge(pages, "after migration")
  try trial.expectAllDirty(pages, "after migration of what was given up")
  try trial.expectIntact(pages)
}

/// Moves a page, or the huge page it is in, to the other of two nodes and proves that it went.
private func migrate(_ trial: Trial, _ pages: Pages, _ page: Int) throws(CaseEnd) {
  let address = pages.address(page)
  let before = try pages.pagemap(trial, page..<(page + 1))[0].frame
  let node = try trial.attempt("asking for the node", try Numa.node(of: address))
  let target = node == 0 ? 1 : 0
  let status = try trial.attempt("move_pages", try Numa.move(pageAt: address, to: target))
  let after = try pages.pagemap(trial, page..<(page + 1))[0].frame
  try trial.prove(status == target, otherwise: "page \(page) stayed on node \(status)")
  try trial.prove(
    before != after || before == 0, otherwise: "page \(page) kept its frame 0x\(hex(before))")
}
