import GuestKit
import LinuxMM

/// Slots that held pages of zeros hold data next time: a small area, so that some are used again.
func zeroSlotsReused(_ trial: Trial) throws(CaseEnd) {
  let area = try ownSwapArea(trial, bytes: 8 << 20)
  let count = 1200
  let zeros = try Backing.anon.map(trial, pages: count)
  for page in 0..<count { zeros.store(page, 0) }
  try trial.pageOut(zeros)
  try trial.prove(try used(trial, area) > 1024, otherwise: "the zeros went to another swap area")
  try trial.expectIntact(zeros, 0..<8, "of zeros")
  try trial.attempt("MADV_DONTNEED", try zeros.range.advise(.dontNeed))
  let pages = try Backing.anon.map(trial, pages: count)
  pages.fill()
  try trial.pageOut(pages)
  try trial.prove(try used(trial, area) > 1024, otherwise: "the data went to another swap area")
  try trial.expectIntact(pages, nil, "in slots that may have held zeros")
}

/// A page that went out as zeros, came back and was written holds data the next time it comes.
///
/// It keeps its slot while it is in, so that it goes out to the same one, where zeros were noted and not written
/// (6.12). What the swap cache still has proves nothing: each time most pages must be gone from there.
func zeroSlotRewritten(_ trial: Trial) throws(CaseEnd) {
  let group = try trial.attempt("a memory cgroup", try MemoryGroup())
  // A file on a disk: zram does not keep the slots of what it gives back.
  let file = try SwapFile(trial)
  defer { file.remove() }
  try file.takeOver(trial)
  let pages = try Backing.anon.map(trial, pages: 256)
  for page in 0..<pages.count { pages.store(page, 0) }
  try leave(trial, pages, group)
  pages.loadAll()
  try trial.expectIntact(pages, nil, "of zeros")
  let cached = try trial.attempt("reading meminfo", try Counters.meminfo("SwapCached")) ?? 0
  trial.evidence("swap_cached_kib", cached)
  try trial.prove(cached >= 512, otherwise: "pages that came in did not keep their slots")
  pages.fill()
  try leave(trial, pages, group)
  try trial.expectIntact(pages, nil, "in slots that held zeros")
  try file.turnOff(trial)
}

/// Gets pages out of memory and out of the swap cache.
private func leave(_ trial: Trial, _ pages: Pages, _ group: borrowing MemoryGroup)
  throws(CaseEnd)
{
  try trial.pageOut(pages)
  var left = pages.count
  for attempt in 1...20 {
    // mincore says of a page in swap whether the swap cache has it.
    let resident = try trial.attempt("mincore", try pages.range.residency())
    left = resident.reduce(0) { $0 + ($1 ? 1 : 0) }
    trial.evidence("reclaims", attempt)
    guard left > 0 else { return }
    do throws(Errno) {
      try System.drainPageLists()
      try group.reclaim(bytes: 4 << 20)
    } catch {
      throw .error("reclaiming failed with \(error)")
    }
    System.sleep(milliseconds: 20)  // the disk writes
  }
  // Without memory.reclaim (5.19) a group's last pages stay where they are; most of them prove as much.
  trial.evidence("left_in_swap_cache", left)
  try trial.prove(
    left <= pages.count / 2, otherwise: "\(left) of \(pages.count) pages stay in the swap cache")
}
