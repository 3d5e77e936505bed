import GuestKit
import LinuxMM
import UffdWP

/// Compaction moves pages that nobody asked it to move; each keeps its content and its protection.
///
/// It moves pages from low places into holes in higher ones. Memory that is mapped first lies where the last
/// compaction left free pages, at the top; every other 16 pages of it are freed again to make the holes.
func compacts(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let upper = try Backing.anon.map(trial, pages: 6144)
  upper.fill()
  let pages = try backing.map(trial, pages: 2048)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  for page in stride(from: 0, to: pages.count, by: 3) { try tracker.unprotect(pages, page) }
  let isProtected: (Int) -> Bool = { $0 % 3 != 0 }
  let before = try pages.frames(trial)
  var moved = 0
  for phase in 0..<4 where moved == 0 {
    for start in stride(from: phase * 16, to: upper.count, by: 64) {
      try trial.attempt("MADV_DONTNEED", try upper.range(start..<(start + 16)).advise(.dontNeed))
    }
    try trial.attempt("compact_memory", try System.drainPageLists())
    let after = try pages.frames(trial)
    moved = (0..<before.count).reduce(0) { $0 + (before[$1] == after[$1] ? 0 : 1) }
  }
  trial.evidence("moved", moved)
  try trial.prove(moved > 0, otherwise: "compaction moved none of \(pages.count) pages")
  try trial.expectProtected(pages, "after compaction", where: isProtected)
  try trial.expectIntact(pages, nil, "after compaction")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(1))
  let now = try pages.frames(trial)
  // Those that moved are what it is about; a few hundred are enough.
  let some = (0..<pages.count).filter { now[$0] != before[$0] }.prefix(300)
  for page in some {
    try trial.expectWriteFaults(
      tracker, pages, page..<(page + 1), "a store to a page that compaction moved", at: isProtected)
  }
  try trial.expectIntact(pages)
}
