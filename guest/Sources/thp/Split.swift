import GuestKit
import LinuxMM

/// What splits a protected huge page.
enum Splitter: String, CaseIterable {
  case dontneed, pageout, mprotect, mremap, munmap
  case pageoutPart = "pageout-part"
  case debugfs
  /// MADV_DONTFORK on one page: the mapping, and with it the huge page, is split.
  case mappingSplit = "vma-split"

  var needs: [Requirement] {
    switch self {
    case .pageout, .pageoutPart: [.writeProtectAnon, .transparentHugePages, .swap]
    case .debugfs: [.writeProtectAnon, .transparentHugePages, .splitHugePages]
    case .mremap: [.writeProtectAnon, .transparentHugePages, .eventRemap]
    default: [.writeProtectAnon, .transparentHugePages]
    }
  }

  static var cases: [Case] {
    allCases.map { splitter in
      Case(
        "thp.split-keeps-wp/\(splitter.rawValue)",
        "pages of a protected huge page stay protected when it is split", needs: splitter.needs
      ) { (trial) throws(CaseEnd) in try splitKeeps(trial, splitter) }
    }
  }
}

/// Splitting a protected huge page leaves each page that is still there protected.
func splitKeeps(_ trial: Trial, _ splitter: Splitter) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let features: Userfaultfd.Features = splitter == .mremap ? .eventRemap : []
  let tracker = try Tracker(trial, of: pages, features: features)
  try tracker.protect(pages)
  try trial.expectHuge(pages, 1, "protected")
  try trial.expectProtected(pages, "protected as a whole")
  let gone = try split(trial, splitter, pages, tracker)
  try trial.proveSplit(pages, splitter.rawValue)
  let there = gone.map { (0..<$0, ($0 + 1)..<perHuge) } ?? (0..<perHuge, perHuge..<perHuge)
  for part in [there.0, there.1] {
    try trial.expectProtected(pages, part, "after \(splitter.rawValue)")
    try trial.expectNoEvent(tracker, "loads", load(pages, part))
    try trial.expectCount(.present, in: pages, part, equals: part.count, "after loads")
    try trial.expectProtected(pages, part, "after loads")
    try trial.expectIntact(pages, part, "after \(splitter.rawValue)")
    try trial.expectWriteFaults(tracker, pages, part, "a store to each page")
    try trial.expectProtected(pages, part, "after the stores") { _ in false }
    try trial.expectIntact(pages, part)
  }
}

private func load(_ pages: Pages, _ some: Range<Int>) {
  for page in some { pages.load(page) }
}

/// Does it; returns the page that is gone afterwards.
private func split(_ trial: Trial, _ splitter: Splitter, _ pages: Pages, _ tracker: Tracker)
  throws(CaseEnd) -> Int?
{
  switch splitter {
  case .dontneed:
    try trial.attempt("MADV_DONTNEED", try pages.range(3).advise(.dontNeed))
    try trial.expectPagemap(pages, 3, "-", "zapped")
    try trial.expectNoEvent(tracker, "a store to the zapped page", pages.store(3, 0xd3))
    return 3
  case .pageout:
    try trial.pageOut(pages)
    try trial.expectProtected(pages, "out")
  case .pageoutPart:
    try trial.pageOut(pages, 8..<12)
    try trial.expectPagemap(pages, 8..<12, "SW", "out")
    try trial.expectPagemap(pages, 12..<perHuge, "PXW", "still in")
  case .debugfs:
    try trial.attempt(
      "split_huge_pages", try HugePages.split(pages.range, ofProcess: System.processID))
  case .mprotect:
    try trial.attempt("mprotect", try pages.range(5).protect(.read))
    try trial.expectProtected(pages, "one page read-only")
    try trial.attempt("mprotect", try pages.range(5).protect(.readWrite))
  case .mremap:
    try movePage(trial, pages, 11, tracker)
    return 11
  case .munmap:
    try trial.attempt("munmap", try pages.range(6).unmap())
    return 6
  case .mappingSplit:
    try trial.attempt("MADV_DONTFORK", try pages.range(9).advise(.dontFork))
  }
  return nil
}

/// Moves one page out of the huge page; the protection goes with it.
private func movePage(_ trial: Trial, _ pages: Pages, _ page: Int, _ tracker: Tracker)
  throws(CaseEnd)
{
  let moved: AddressRange
  do throws(Errno) {
    moved = try Mapping(adopting: pages.range(page)).moved().relinquish()
  } catch { throw .error("mremap of one page failed with \(error)") }
  let bits = try trial.attempt("reading pagemap", try Pagemap().entry(at: moved.start)).bits
  try trial.expect(
    bits.contains(.writeProtected) || !trial.showsWriteProtect, expected: "the moved page with W",
    seen: "the moved page with \(bits)")
  let mark = tracker.log.count
  Memory.store(moved.start, 0xd4)
  try trial.expectEvents([.writeProtect], in: tracker, after: mark, "a store to the moved page")
}
