import GuestKit
import LinuxMM
import UffdWP

/// Compaction moves pages that nobody asked it to move; each keeps its content and its protection.
///
/// It moves pages from low places into holes in higher ones. So every other 16 pages are freed, and where that
/// is not enough, more memory is mapped and holes are made there, too.
func compacts(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 6144)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  for page in stride(from: 0, to: pages.count, by: 3) { try tracker.unprotect(pages, page) }
  let isProtected: (Int) -> Bool = { $0 % 3 != 0 }
  try punch(trial, pages)
  let before = try pages.frames(trial)
  var moved: [Int] = []
  for attempt in 0..<4 where moved.isEmpty {
    if attempt > 0 {
      let more = try Backing.anon.map(trial, pages: 6144)
      more.fill()
      try punch(trial, more)
    }
    try trial.attempt("compact_memory", try System.drainPageLists())
    let now = try pages.frames(trial)
    moved = (0..<before.count).filter { before[$0] != 0 && now[$0] != before[$0] }
    trial.evidence("attempts", attempt + 1)
  }
  trial.evidence("moved", moved.count)
  try trial.prove(!moved.isEmpty, otherwise: "compaction moved none of \(pages.count / 2) pages")
  for start in stride(from: 0, to: pages.count, by: 32) {
    let kept = start..<(start + 16)
    try trial.expectProtected(pages, kept, "after compaction", where: isProtected)
    try trial.expectIntact(pages, kept, "after compaction")
  }
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(1))
  // A few hundred are enough.
  for page in moved.prefix(300) {
    try trial.expectWriteFaults(
      tracker, pages, page..<(page + 1), "a store to a page that compaction moved", at: isProtected)
    try trial.expectIntact(pages, page..<(page + 1))
  }
}

/// Frees every other 16 pages.
private func punch(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  let advice: Advice = pages.backing.isShared ? .remove : .dontNeed
  for start in stride(from: 16, to: pages.count, by: 32) {
    try trial.attempt("freeing pages", try pages.range(start..<(start + 16)).advise(advice))
  }
}
