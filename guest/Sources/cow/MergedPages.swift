import GuestKit
import LinuxMM
import UffdWP

/// Eight equal pages, mergeable.
private func equalPages(_ trial: Trial, count: Int = 8) throws(CaseEnd) -> Pages {
  let pages = try Backing.anon.map(trial, pages: count)
  for page in 0..<count {
    Memory.fill(pages.range(page), with: 0x6b)
    pages.note(page, fullOf: 0x6b)
  }
  try trial.attempt("MADV_MERGEABLE", try pages.range.advise(.mergeable))
  return pages
}

/// Waits until the pages are one; unexercised otherwise.
private func merge(_ trial: Trial, _ pages: Pages, _ merger: borrowing Merger) throws(CaseEnd) {
  let isMerged = try merger.wait { () throws(CaseEnd) -> Bool in
    let frames = try pages.pagemap(trial).map { $0.frame }
    return frames[0] != 0 && frames.allSatisfy { $0 == frames[0] }
  }
  try trial.prove(isMerged, otherwise: "\(pages.count) equal pages were not merged within 5 s")
}

/// Merging protected pages with others leaves each one's protection.
func mergeKeepsProtection(_ trial: Trial) throws(CaseEnd) {
  let pages = try equalPages(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<4)
  let merger = try trial.attempt("setting KSM", try Merger())
  try merge(trial, pages, merger)
  try trial.expectIntact(pages, nil, "merged")
  try trial.expectProtected(pages, "merged") { $0 < 4 }
  try trial.expectWriteFaults(tracker, pages, "stores to merged pages") { $0 < 4 }
  try trial.expectIntact(pages)
}

/// Merged pages can be protected: stores ask, make a copy, and leave the others merged.
func mergedProtects(_ trial: Trial) throws(CaseEnd) {
  let pages = try equalPages(trial)
  let tracker = try Tracker(trial, of: pages)
  let merger = try trial.attempt("setting KSM", try Merger())
  try merge(trial, pages, merger)
  try tracker.protect(pages, 1..<8)
  try trial.expectProtected(pages, "merged, then protected") { $0 > 0 }
  let merged = try frame(trial, pages, 0)
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(1))
  try trial.expectNoEvent(tracker, "a store to an unprotected page", pages.store(0, 0xa0))
  try trial.expectWriteFault(tracker, pages, 1, "a store to a merged page", pages.store(1, 0xa1))
  for page in 0..<2 {
    let own = try frame(trial, pages, page)
    try trial.expect(own != merged, expected: "a copy after the store", seen: "the merged page")
  }
  try trial.expectProtected(pages, "after the stores") { $0 > 1 }
  try trial.expectIntact(pages, nil, "after the stores")
  try trial.expectWriteFaults(tracker, pages, 2..<8, "stores to the other merged pages")
  try trial.expectIntact(pages)
}

/// Breaking merged pages up by force is no store: each gets a page of its own and stays protected.
func unmergeKeepsProtection(_ trial: Trial) throws(CaseEnd) {
  let pages = try equalPages(trial)
  let tracker = try Tracker(trial, of: pages)
  let merger = try trial.attempt("setting KSM", try Merger())
  try merge(trial, pages, merger)
  try tracker.protect(pages, 2..<8)
  let merged = try frame(trial, pages, 0)
  try trial.expectNoEvent(
    tracker, "MADV_UNMERGEABLE",
    try trial.attempt("MADV_UNMERGEABLE", try pages.range.advise(.unmergeable)))
  let frames = try pages.pagemap(trial).map { $0.frame }
  for page in 0..<8 {
    try trial.expect(
      frames[page] != merged && frames[page] != frames[page == 7 ? 0 : page + 1],
      expected: "page \(page) in a frame of its own after MADV_UNMERGEABLE", seen: "a shared one")
  }
  try trial.expectProtected(pages, "after MADV_UNMERGEABLE") { $0 > 1 }
  try trial.expectIntact(pages, nil, "after MADV_UNMERGEABLE")
  try trial.expectWriteFaults(tracker, pages, "stores after MADV_UNMERGEABLE") { $0 > 1 }
  try trial.expectIntact(pages)
}

/// A page that was written stays dirty when it is merged.
func mergeKeepsDirty(_ trial: Trial) throws(CaseEnd) {
  let pages = try equalPages(trial)
  try trial.attempt("clear_refs", try SoftDirty.clear())
  for page in 0..<4 { pages.store(page, 0x6b) }
  try trial.expectPagemap(pages, 0..<4, "PXd", "stored to", softDirty: true)
  let merger = try trial.attempt("setting KSM", try Merger())
  try merge(trial, pages, merger)
  try trial.expectIntact(pages, nil, "merged")
  try trial.expectPagemap(pages, 0..<4, "Pd", "merged after stores", softDirty: true)
  try trial.expectPagemap(pages, 4..<8, "P", "merged without stores", softDirty: true)
}

/// Merged pages after fork are copied for whoever stores, as any other.
func mergedForks(_ trial: Trial) throws(CaseEnd) {
  let pages = try equalPages(trial)
  let merger = try trial.attempt("setting KSM", try Merger())
  try merge(trial, pages, merger)
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(pages.store(0, 0xc0))
    try line.turn(try trial.expectIntact(pages, nil, "in the child after the parent's store"))
  }
  try child.turn("the child stores")
  try trial.expectIntact(pages, nil, "after the child's store")
  for page in [0, 1] { pages.store(page, at: 0x456, 0xa1) }
  try child.turn("the child looks at its memory")
  try child.finish()
  try trial.expectIntact(pages)
}

/// A pinned page is not merged, however equal: what the device writes is for the process to see.
func pinnedNotMerged(_ trial: Trial) throws(CaseEnd) {
  let pages = try equalPages(trial)
  var ring = try trial.attempt("io_uring", try Ring())
  let buffer = AddressRange(start: pages.address(3), length: 512)
  try trial.attempt("IORING_REGISTER_BUFFERS", try ring.registerBuffer(buffer))
  let before = try frame(trial, pages, 3)
  try trial.attempt("compact_memory", try System.drainPageLists())
  let merger = try trial.attempt("setting KSM", try Merger())
  let others = [Pages(.anon, at: pages.range(0..<3)), Pages(.anon, at: pages.range(4..<8))]
  for some in others { try merge(trial, some, merger) }
  // Two more rounds, in which the pinned one could go the same way.
  let rounds = try mergerRounds(trial)
  let isOver = try merger.wait { () throws(CaseEnd) -> Bool in try mergerRounds(trial) >= rounds + 2
  }
  try trial.prove(isOver, otherwise: "KSM made no two rounds in 5 s")
  try expectFrame(trial, pages, 3, before)
  try trial.expectIntact(pages, nil, "merged around the pinned page")
  try expectPinned(trial, &ring, pages, 3, length: 64)
  pages.store(3, 0xa3)
  try expectFrame(trial, pages, 3, before)
  try trial.expectIntact(pages)
}

@CaseList var mergedPages: [Case] {
  Case(
    "ksm.merge-drops-wp", "merging equal pages keeps each one's protection",
    needs: [.root, .merging, .writeProtectAnon], body: mergeKeepsProtection)
  Case(
    "ksm.protect-merged", "merged pages can be protected, and stored to one by one",
    needs: [.root, .merging, .writeProtectAnon], body: mergedProtects)
  Case(
    "ksm.unmergeable-keeps-wp", "merged pages that are broken up stay protected",
    needs: [.root, .merging, .writeProtectAnon], body: unmergeKeepsProtection)
  Case(
    "softdirty.ksm-loses", "a page that was written stays dirty when it is merged",
    needs: [.root, .merging, .softDirty], body: mergeKeepsDirty)
  Case(
    "ksm.fork", "merged pages are copied for whoever stores after fork",
    needs: [.root, .merging], body: mergedForks)
  Case(
    "ksm.pinned-not-merged", "a pinned page is not merged",
    needs: [.root, .merging, .ioUring], body: pinnedNotMerged)
}
