import GuestKit
import LinuxMM

/// How a huge page with zero-filled parts is split.
enum ZeroSplitter: String, CaseIterable {
  case pageout
  /// Since 6.12 zero-filled parts are mapped to the zero page after such a split.
  case debugfs

  private var name: String {
    switch self {
    case .pageout: "thp.split-zero-subpages"
    case .debugfs: "thp.split-zero-subpages/debugfs"
    }
  }

  static var cases: [Case] {
    allCases.map { splitter in
      Case(
        splitter.name,
        "zero-filled parts of a split huge page stay protected and soft-dirty",
        needs: [
          .transparentHugePages, .writeProtectAnon, .root,
          splitter == .pageout ? .swap : .splitHugePages,
        ]
      ) { (trial) throws(CaseEnd) in try splitZeroParts(trial, splitter) }
    }
  }
}

/// All of a huge page but one part is zeros; split, each part stays protected and soft-dirty.
func splitZeroParts(_ trial: Trial, _ splitter: ZeroSplitter) throws(CaseEnd) {
  let tracksDirt = Requirement.softDirty.lacking() == nil
  let pages = try hugeArea(trial)
  // A new mapping counts as dirty whatever its pages are; from here on it is the pages that count.
  if tracksDirt { try trial.attempt("clearing soft-dirty", try SoftDirty.clear()) }
  for page in 0..<perHuge where page != 40 {
    Memory.fill(pages.range(page), with: 0)
    pages.note(page, fullOf: 0)
  }
  let dirty = tracksDirt ? try trial.count(.softDirty, in: pages) : 0
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.expectHuge(pages, 1, "protected")
  switch splitter {
  case .pageout: try pageOutZeroParts(trial, pages)
  case .debugfs:
    try trial.attempt(
      "split_huge_pages", try HugePages.split(pages.range, ofProcess: System.processID))
  }
  try trial.proveSplit(pages, splitter.rawValue)
  trial.evidence("present", try trial.count(.present, in: pages))
  trial.evidence("exclusive", try trial.count([.present, .exclusive], in: pages))
  try trial.expectProtected(pages, "after the split")
  if tracksDirt {
    try trial.expectCount(.softDirty, in: pages, equals: dirty, "after the split")
  }
  let mark = tracker.log.count
  try trial.expectIntact(pages, nil, "after the split")
  try trial.expectEvents([], in: tracker, after: mark, "loads")
  try trial.expectProtected(pages, "after loads")
  try trial.expectWriteFaults(tracker, pages, "a store to each page")
  try trial.expectIntact(pages)
}

private func pageOutZeroParts(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  for attempt in 1...6 {
    try trial.attempt("MADV_PAGEOUT", try pages.range.advise(.pageOut))
    trial.evidence("pageout_attempts", attempt)
    if try pages.bits(trial, 40).contains(.swapped) { return }
    try trial.attempt("compact_memory", try System.drainPageLists())
  }
  try trial.unexercised("the part with data stays in memory after 6 MADV_PAGEOUT")
}
