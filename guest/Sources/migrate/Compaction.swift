import GuestKit
import LinuxMM
import UffdWP

/// Memory full of holes, protected but for every third page.
private struct Fragments {
  let pages: Pages
  let tracker: Tracker
  let frames: [UInt64]

  /// Maps it, and in later attempts more memory before or behind it, which gets holes, too.
  init(_ trial: Trial, _ backing: Backing, attempt: Int) throws(CaseEnd) {
    var more: [Pages] = []
    if attempt % 2 == 1 { more.append(try Fragments.filler(trial)) }
    pages = try backing.map(trial, pages: 6144)
    pages.fill()
    tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    for page in stride(from: 0, to: pages.count, by: 3) { try tracker.unprotect(pages, page) }
    if attempt > 1 { more.append(try Fragments.filler(trial)) }
    for area in more { try punch(trial, area) }
    try punch(trial, pages)
    frames = try pages.frames(trial)
  }

  private static func filler(_ trial: Trial) throws(CaseEnd) -> Pages {
    let pages = try Backing.anon.map(trial, pages: 6144)
    pages.fill()
    return pages
  }

  /// The pages that lie elsewhere now.
  func moved(_ trial: Trial) throws(CaseEnd) -> [Int] {
    let now = try pages.frames(trial)
    return (0..<frames.count).filter { frames[$0] != 0 && now[$0] != frames[$0] }
  }
}

/// Compaction moves pages that nobody asked it to move; each keeps its content and its protection.
///
/// It moves pages from low places into holes in higher ones, and where memory comes from is not ours to say: so
/// every other 16 pages are freed, and memory is laid out anew until some of it moves.
func compacts(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  for attempt in 0..<6 {
    let memory = try Fragments(trial, backing, attempt: attempt)
    try trial.attempt("compact_memory", try System.drainPageLists())
    let moved = try memory.moved(trial)
    trial.evidence("attempts", attempt + 1)
    trial.evidence("moved", moved.count)
    guard moved.isEmpty else { return try expectKept(trial, memory, moved) }
    // Every other attempt leaves its memory where it is, so that the next one is elsewhere.
    if attempt % 2 == 0 { try trial.attempt("munmap", try memory.pages.range.unmap()) }
  }
  throw .unexercised("compaction moved none of 3072 pages in 6 attempts")
}

private func expectKept(_ trial: Trial, _ memory: Fragments, _ moved: [Int]) throws(CaseEnd) {
  let (pages, tracker) = (memory.pages, memory.tracker)
  let isProtected: (Int) -> Bool = { $0 % 3 != 0 }
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
