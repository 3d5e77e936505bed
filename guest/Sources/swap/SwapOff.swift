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
  var area = try ownSwapArea(trial)
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
  var area = try ownSwapArea(trial)
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

/// A zram swap area of the case's own that is the next to be used.
///
/// Priority alone does not make it so: each CPU first uses up the slots (before 6.14) or the cluster (since
/// then) that it has taken from another area. Pages of no interest go there until ours gets some.
func ownSwapArea(_ trial: Trial, bytes: UInt64 = 32 << 20) throws(CaseEnd) -> SwapArea {
  let area = try trial.attempt("swapping to zram", try SwapArea(zramOfSize: bytes))
  let filler = try Backing.anon.map(trial, pages: 2048)
  for chunk in 0..<8 {
    let some = (256 * chunk)..<(256 * (chunk + 1))
    filler.fill(some)
    try trial.pageOut(filler, some)
    guard try used(trial, area) == 0 else { break }
  }
  try trial.prove(try used(trial, area) > 0, otherwise: "2048 pages went to another swap area")
  try trial.attempt("MADV_DONTNEED", try filler.range.advise(.dontNeed))
  return area
}

/// KiB of the area in use.
func used(_ trial: Trial, _ area: borrowing SwapArea) throws(CaseEnd) -> UInt64 {
  do throws(Errno) { return try area.usedKibibytes() } catch {
    throw .error("reading /proc/swaps failed with \(error)")
  }
}

/// Pages out, and proves that the area of the case's own took them.
private func pageOut(_ trial: Trial, _ pages: Pages, to area: borrowing SwapArea) throws(CaseEnd) {
  try trial.pageOut(pages)
  try trial.prove(
    try used(trial, area) >= 32, otherwise: "the pages went to another swap area")
}
