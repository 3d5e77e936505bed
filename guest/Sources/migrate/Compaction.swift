import GuestKit
import LinuxMM
import UffdWP

/// Compaction moves pages that nobody asked it to move; each keeps its content and its protection.
///
/// Every other 16 pages are freed first, so that there is something to compact.
func compacts(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 6144)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  let isKept: (Int) -> Bool = { $0 / 16 % 2 == 0 }
  for start in stride(from: 16, to: pages.count, by: 32) {
    try trial.attempt("MADV_DONTNEED", try pages.range(start..<(start + 16)).advise(zapping(backing)))
  }
  let isProtected: (Int) -> Bool = { (isKept($0) || backing.isShared) && $0 % 3 != 0 }
  for page in stride(from: 0, to: pages.count, by: 3) { try tracker.unprotect(pages, page) }
  let before = try pages.frames(trial)
  var moved = 0
  for _ in 0..<4 where moved == 0 {
    try trial.attempt("compact_memory", try System.drainPageLists())
    let after = try pages.frames(trial)
    moved = (0..<before.count).reduce(0) { $0 + (before[$1] == after[$1] ? 0 : 1) }
  }
  trial.evidence("moved", moved)
  try trial.prove(moved > 0, otherwise: "compaction moved none of 3072 pages")
  try trial.expectProtected(pages, "after compaction", where: isProtected)
  for start in stride(from: 0, to: pages.count, by: 32) {
    try trial.expectIntact(pages, start..<(start + 16), "after compaction")
  }
  try trial.expectNoEvent(tracker, "loads", pages.loadKept())
  let some = (0..<pages.count).filter { isKept($0) && $0 % 7 < 2 }
  for page in some {
    if isProtected(page) {
      try trial.expectWriteFault(tracker, pages, page, "a store after compaction", pages.store(page, 0xa5))
    } else {
      try trial.expectNoEvent(tracker, "a store after compaction", pages.store(page, 0xa5))
    }
  }
  for page in some { try trial.expectIntact(pages, page..<(page + 1)) }
}

private func zapping(_ backing: Backing) -> Advice { backing.isShared ? .remove : .dontNeed }

extension Pages {
  fileprivate func loadKept() {
    for page in stride(from: 0, to: count, by: 32) { load(page) }
  }
}
