import GuestKit
import LinuxMM

/// Lifting the protection of a page that is out leaves nothing behind that traps a later store.
func unprotectWhileOut(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 5)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.pageOut(pages)
  try trial.expectPagemap(pages, 0..<5, "SW", "protected and out")
  try tracker.unprotect(pages, 0)
  try trial.expectPagemap(pages, 0, backing.swappedLetters, "unprotected by itself")
  try trial.expectPagemap(pages, 1..<5, "SW", "behind the unprotected page")
  try tracker.unprotect(pages, 1..<4)
  try trial.expectPagemap(pages, 0..<4, backing.swappedLetters, "unprotected while out")
  try trial.expectPagemap(pages, 4, "SW", "still protected")

  try trial.expectNoEvent(tracker, "a store to a page out", pages.store(0, 0xa0))
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(1))
  try trial.expectPagemap(pages, 1, plain, "unprotected while out, and read in")
  try trial.expectNoEvent(tracker, "a store after the load", pages.store(1, 0xa1))
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 == 4 }
  try trial.expectPagemap(pages, 0..<5, plain, "after the stores")
  try trial.expectIntact(pages)
}

/// A page that is out can be protected, and reports its first write.
func protectWhileOut(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 5)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try trial.pageOut(pages)
  try trial.expectPagemap(pages, 0..<5, backing.swappedLetters, "out and unprotected")
  try tracker.protect(pages, 0)
  try trial.expectPagemap(pages, 0, "SW", "protected by itself while out")
  try trial.expectPagemap(pages, 1..<5, backing.swappedLetters, "behind the protected page")
  try tracker.protect(pages, 1..<4)
  try trial.expectPagemap(pages, 0..<4, "SW", "protected while out")
  try trial.expectPagemap(pages, 4, backing.swappedLetters, "behind the protected pages")

  try trial.expectWriteFault(tracker, pages, 0, "a store to a page out", pages.store(0, 0xa0))
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(1))
  try trial.expectPagemap(pages, 1, plain + "W", "protected while out, and read in")
  try trial.expectPagemap(pages, 2..<4, "SW", "left alone")
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { (1...3).contains($0) }
  try trial.expectPagemap(pages, 0..<5, plain, "after the stores")
  try trial.expectIntact(pages)
}

/// One call protects, and one lifts, over pages present, swapped out and not there.
func mixedRange(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 12)
  pages.fill(0..<8)
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  let hole = backing == .anon ? "-" : "SW"  // anonymous holes need a feature to be protected
  try trial.pageOut(pages, 4..<8)
  try tracker.protect(pages)
  try trial.expectPagemap(pages, 0..<4, plain + "W", "present, protected in one call")
  try trial.expectPagemap(pages, 4..<8, "SW", "out, protected in one call")
  try trial.expectPagemap(pages, 8..<12, hole, "empty, protected in one call")
  try tracker.unprotect(pages, 2..<10)
  try trial.expectPagemap(pages, 2..<4, plain, "present, lifted in one call")
  try trial.expectPagemap(pages, 4..<8, backing.swappedLetters, "out, lifted in one call")
  try trial.expectPagemap(pages, 8..<10, "-", "empty, lifted in one call")
  try trial.expectPagemap(pages, 10..<12, hole, "empty, left protected")
  try trial.expectWriteFaults(tracker, pages, "a store to each page") {
    $0 < 2 || ($0 >= 10 && backing != .anon)
  }
  try trial.expectIntact(pages)
}

/// Zapping a page that is out: private memory forgets it, shared memory keeps data and protection.
func zapWhileOut(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 6)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<4)
  try trial.pageOut(pages)
  let zapped = 1..<5  // three protected and one unprotected
  try trial.attempt("MADV_DONTNEED", try pages.range(zapped).advise(.dontNeed))
  try trial.expectPagemap(pages, 0, "SW", "before the zapped pages")
  try trial.expectPagemap(pages, 5, backing.swappedLetters, "after the zapped pages")
  if !backing.isShared { for page in zapped { pages.note(page, fullOf: 0) } }
  let kept = backing == .anon ? "-" : "SW"
  try trial.expectPagemap(pages, 1..<4, kept, "zapped while out")
  try trial.expectPagemap(pages, 4, "-", "zapped while out and unprotected")
  try trial.expectNoEvent(tracker, "a load from a zapped page", _ = pages.load(1))
  try trial.expectProtected(pages, 1..<2, "zapped and read") { _ in backing != .anon }
  try trial.expectWriteFaults(tracker, pages, "a store to each page") {
    $0 == 0 || (backing != .anon && $0 < 4)
  }
  try trial.expectIntact(pages)
}

/// Moved while out, the mapping takes its protection along only if the tracker hears of it.
func moveWhileOut(_ trial: Trial, _ backing: Backing, withEvent: Bool) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 6)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages, features: withEvent ? .eventRemap : [])
  try tracker.protect(pages, 1..<4)
  try trial.pageOut(pages)
  try trial.expectEvents(withEvent ? [.remap] : [], tracker, "mremap", try pages.move(trial))
  let moved = withEvent ? "SW" : backing.swappedLetters
  try trial.expectPagemap(pages, 1..<4, moved, "moved while out")
  try trial.expectPagemap(pages, 0, backing.swappedLetters, "moved while out, unprotected")
  try trial.expectPagemap(pages, 4..<6, backing.swappedLetters, "moved while out, unprotected")
  // What was left behind would bite as soon as somebody registers the new place.
  if !withEvent { try tracker.register(pages) }
  try trial.expectNoEvent(tracker, "a load at the new place", _ = pages.load(1))
  try trial.expectPagemap(pages, 1, withEvent ? plain + "W" : plain, "moved and read in")
  try trial.expectWriteFaults(tracker, pages, "stores at the new place") {
    withEvent && (1...3).contains($0)
  }
  try trial.expectIntact(pages)
}

/// mprotect to read-only and back while out neither drops nor adds protection.
func mprotectWhileOut(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 6)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<3)
  try trial.pageOut(pages)
  try trial.attempt("mprotect to read-only", try pages.range.protect(.read))
  try trial.expectPagemap(pages, 0..<3, "SW", "out and read-only")
  try trial.expectPagemap(pages, 3..<6, backing.swappedLetters, "out and read-only, unprotected")
  try trial.expectNoEvent(tracker, "a load, read-only", _ = pages.load(0))
  try trial.expectNoEvent(tracker, "a load, read-only and unprotected", _ = pages.load(3))
  try trial.expectPagemap(pages, 0, plain + "W", "read in while read-only")
  try trial.attempt("mprotect to read-write", try pages.range.protect(.readWrite))
  try trial.expectPagemap(pages, 0, plain + "W", "read-write again")
  try trial.expectPagemap(pages, 1..<3, "SW", "out and read-write again")
  try trial.expectPagemap(pages, 3, plain, "unprotected and read-write again")
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 < 3 }
  try trial.expectPagemap(pages, 0..<6, plain, "after the stores")
  try trial.expectIntact(pages)
}

/// Freed with MADV_FREE and then reclaimed, an anonymous page is gone with its protection.
func freeThenReclaim(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.attempt("MADV_FREE", try pages.range(0..<2).advise(.free))
  var isThere = true
  for _ in 1...6 where isThere {
    try trial.attempt("MADV_PAGEOUT", try pages.range(0..<2).advise(.pageOut))
    isThere = try trial.count(.present, in: pages, 0..<2) > 0
    if isThere { try trial.attempt("compact_memory", try System.drainPageLists()) }
  }
  try trial.prove(!isThere, otherwise: "freed pages stay in memory after 6 MADV_PAGEOUT")
  for page in 0..<2 { pages.note(page, fullOf: 0) }
  try trial.expectPagemap(pages, 0..<2, "-", "freed and reclaimed")
  try trial.expectPagemap(pages, 2..<4, "PXW", "not freed")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(0))
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 >= 2 }
  try trial.expectPagemap(pages, 0..<4, "PX", "after the stores")
  try trial.expectIntact(pages)
}
