import GuestKit
import LinuxMM

/// swapoff brings protected and soft-dirty anonymous pages back as they went out.
func swapoffAnon(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<4)
  let tracksDirt = Requirement.softDirty.lacking() == nil
  if tracksDirt { try trial.attempt("clearing soft-dirty", try SoftDirty.clear()) }
  pages.store(5, 0xd5)
  var area = try trial.attempt("swapping to zram", try SwapArea(zramOfSize: 32 << 20))
  try pageOut(trial, pages, to: area)
  try trial.expectPagemap(pages, 0..<4, "SW", "protected and out", softDirty: tracksDirt)

  try trial.expectSuccess(of: "swapoff", try area.turnOff())
  try trial.expectPagemap(pages, 0..<4, plain + "W", "after swapoff", softDirty: tracksDirt)
  try trial.expectPagemap(pages, 4, plain, "unprotected, after swapoff", softDirty: tracksDirt)
  let dirty = tracksDirt ? plain + "d" : plain
  try trial.expectPagemap(pages, 5, dirty, "written, after swapoff", softDirty: tracksDirt)
  try trial.expectPagemap(pages, 6..<8, plain, "unprotected, after it", softDirty: tracksDirt)
  try trial.expectNoEvent(tracker, "loads after swapoff", pages.loadAll())
  try trial.expectIntact(pages)
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 < 4 }
  try trial.expectPagemap(pages, 0..<8, plain, "after the stores")
  try trial.expectIntact(pages)
}

/// swapoff leaves the markers of shared pages, which still report the first write.
func swapoffShmem(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.shmem.map(trial, pages: 8)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<4)
  var area = try trial.attempt("swapping to zram", try SwapArea(zramOfSize: 32 << 20))
  try pageOut(trial, pages, to: area)
  try trial.expectSuccess(of: "swapoff", try area.turnOff())
  try trial.expectPagemap(pages, 0..<4, "SW", "markers after swapoff")
  try trial.expectPagemap(pages, 4..<8, "-", "unprotected, after swapoff")
  try trial.expect(try pages.smaps(trial, "Swap"), equals: 0, "kB in swap after swapoff")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(0))
  try trial.expectPagemap(pages, 0, "PFXW", "read after swapoff")
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 < 4 }
  try trial.expectPagemap(pages, 0..<8, "PFX", "after the stores")
  try trial.expectIntact(pages)
}

/// Pages out, and proves that the area of the case's own took them.
private func pageOut(_ trial: Trial, _ pages: Pages, to area: borrowing SwapArea) throws(CaseEnd) {
  try trial.pageOut(pages)
  let used: UInt64
  do throws(Errno) { used = try area.usedKibibytes() } catch {
    throw .error("reading /proc/swaps failed with \(error)")
  }
  try trial.prove(used >= 32, otherwise: "the pages went to another swap area")
}
