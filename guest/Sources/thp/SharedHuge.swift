import GuestKit
import LinuxMM

/// Protecting part of shared memory that is mapped huge leaves markers; nothing of the data moves.
func sharedPartialSplits(_ trial: Trial) throws(CaseEnd) {
  let knob = try shmemHugeKnob(trial)
  defer { withExtendedLifetime(knob) {} }
  let pages = try sharedHugeArea(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 3)
  try trial.expectHuge(pages, 0, "after protecting one page")
  try trial.expectPagemap(pages, 3, "SW", "the protected page")
  try trial.expectPagemap(pages, 0..<3, "-", "before the protected page")
  try trial.expectPagemap(pages, 4..<perHuge, "-", "after the protected page")
  try trial.expectNoEvent(tracker, "a store to another page", pages.store(4, 0xa4))
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(3))
  try trial.expectProtected(pages, "after a load") { $0 == 3 }
  try trial.expectWriteFault(tracker, pages, 3, "a store to it", pages.store(3, 0xa3))
  try trial.expectIntact(pages)

  try tracker.protect(pages)
  try trial.expectProtected(pages, "protected as a whole")
  try trial.expectWriteFault(tracker, pages, 500, "a store", pages.store(500, 0xa5))
  try trial.expect(
    .invalid, from: "MADV_COLLAPSE while protected", try pages.range.advise(.collapse))
  try trial.expectProtected(pages, "after MADV_COLLAPSE") { $0 != 500 }
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 != 500 }
  try trial.expectIntact(pages)
  try tracker.unregister(pages)
  try trial.expectSuccess(of: "MADV_COLLAPSE, unregistered", try pages.range.advise(.collapse))
  try trial.expectHuge(pages, 1, "after MADV_COLLAPSE")
  try trial.expectIntact(pages)
}

/// Protecting the whole at once turns a huge mapping into markers for each page.
func sharedWholeSplits(_ trial: Trial) throws(CaseEnd) {
  let knob = try shmemHugeKnob(trial)
  defer { withExtendedLifetime(knob) {} }
  let pages = try sharedHugeArea(trial)
  let other = try pages.alias(trial)
  try trial.attempt("MADV_HUGEPAGE", try other.range.advise(.hugePage))
  other.load(0)
  let isHuge = try other.smaps(trial, "ShmemPmdMapped") == hugeKibibytes
  trial.evidence("other_huge", isHuge)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.expectHuge(pages, 0, "after protecting the whole")
  try trial.expectHuge(other, isHuge ? 1 : 0, "in the other mapping")
  try trial.expectNoEvent(tracker, "a store elsewhere", other.store(2, at: 0x80, 0x92))
  pages.note(2, at: 0x80, 0x92)
  try trial.expectPagemap(pages, 0..<perHuge, "SW", "protected as a whole")
  try trial.expectWriteFault(tracker, pages, 0, "a store to the first", pages.store(0, 0xa0))
  try trial.expectNoEvent(tracker, "loads", loadAll(pages))
  try trial.expectProtected(pages, "after loads") { $0 != 0 }
  try tracker.unprotect(pages)
  try trial.expectProtected(pages, "lifted as a whole") { _ in false }
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { _ in false }
  try trial.expectIntact(pages)
}

/// Collapsing the file through another mapping leaves every marker of the first.
func collapseElsewhere(_ trial: Trial) throws(CaseEnd) {
  let knob = try shmemHugeKnob(trial, "never")
  defer { withExtendedLifetime(knob) {} }
  let pages = try Backing.shthp.map(trial, pages: perHuge)
  pages.fill()
  try trial.expectHuge(pages, 0, "while shmem gets no huge pages")
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  let other = try pages.alias(trial)
  try trial.attempt("MADV_HUGEPAGE", try other.range.advise(.hugePage))
  loadAll(other)
  try trial.expectSuccess(of: "MADV_COLLAPSE elsewhere", try other.range.advise(.collapse))
  try trial.expectHuge(other, 1, "where it was asked for")
  try trial.expectHuge(pages, 0, "where it is protected")
  try trial.expectProtected(pages, "after the collapse")
  try trial.expectNoEvent(tracker, "a store elsewhere", other.store(9, at: 0x80, 0x99))
  pages.note(9, at: 0x80, 0x99)
  try trial.expectNoEvent(tracker, "loads", loadAll(pages))
  try trial.expectProtected(pages, "after loads")
  try trial.expectWriteFaults(tracker, pages, "a store to each page")
  try trial.expectIntact(pages)
  for page in 0..<perHuge {
    let (seen, stored) = (other.load(page), pages.load(page))
    try trial.expect(seen, equals: stored, "page \(page) through the other mapping")
  }
}

/// What is done to protected shared memory in a huge page.
enum SharedTreatment: String, CaseIterable {
  case pageout, dontneed, punch, fork, debugfs
  case dontneedAll = "dontneed-all"

  static var cases: [Case] {
    allCases.map { treatment in
      var needs: [Requirement] = [
        .transparentHugePages, .shmemHugePages, .writeProtectFiles,
      ]
      switch treatment {
      case .pageout: needs.append(.swap)
      case .fork: needs.append(.eventFork)
      case .debugfs: needs.append(.splitHugePages)
      default: break
      }
      return Case(
        "shthp.ops-keep-wp/\(treatment.rawValue)",
        "protection of shared memory in huge pages survives", needs: needs
      ) { (trial) throws(CaseEnd) in try sharedKeeps(trial, treatment) }
    }
  }
}

/// Whatever splits, empties or copies the huge page, each page stays protected.
func sharedKeeps(_ trial: Trial, _ treatment: SharedTreatment) throws(CaseEnd) {
  let knob = try shmemHugeKnob(trial)
  defer { withExtendedLifetime(knob) {} }
  let pages = try sharedHugeArea(trial)
  let features: Userfaultfd.Features = treatment == .fork ? .eventFork : []
  let tracker = try Tracker(trial, of: pages, features: features)
  try tracker.protect(pages)
  try trial.expectNoEvent(tracker, "loads", loadAll(pages))
  try trial.expectPagemap(pages, 0..<perHuge, "PFXW", "protected and read")
  try treat(trial, treatment, pages)
  try trial.expectProtected(pages, "after \(treatment.rawValue)")
  let mark = tracker.log.count
  try trial.expectIntact(pages, nil, "after \(treatment.rawValue)")
  try trial.expectEvents([], in: tracker, after: mark, "loads after \(treatment.rawValue)")
  try trial.expectProtected(pages, "after loads")
  try trial.expectWriteFaults(tracker, pages, "a store to each page")
  try trial.expectIntact(pages)
}

private func treat(_ trial: Trial, _ treatment: SharedTreatment, _ pages: Pages) throws(CaseEnd) {
  switch treatment {
  case .pageout:
    // Unmapped is enough: some kernels keep a split page's data in the page cache for now.
    var isThere = true
    for _ in 1...6 where isThere {
      try trial.attempt("MADV_PAGEOUT", try pages.range.advise(.pageOut))
      isThere = try trial.count(.present, in: pages) > 0
      if isThere { try trial.attempt("compact_memory", try System.drainPageLists()) }
    }
    try trial.prove(!isThere, otherwise: "pages stay mapped after 6 MADV_PAGEOUT")
    trial.evidence("swap_kb", try pages.smaps(trial, "Swap"))
    try trial.expectPagemap(pages, 0..<perHuge, "SW", "out")
  case .dontneed:
    try trial.attempt("MADV_DONTNEED", try pages.range(100).advise(.dontNeed))
    try trial.expectPagemap(pages, 100, "SW", "zapped")
    try trial.expectCount([.present, .file], in: pages, equals: 511, "after MADV_DONTNEED")
  case .dontneedAll:
    try trial.attempt("MADV_DONTNEED", try pages.range.advise(.dontNeed))
    try trial.expectPagemap(pages, 0..<perHuge, "SW", "zapped as a whole")
  case .punch:
    let punched = pages.range(100)
    let offset = punched.start - pages.range.start
    try pages.withFile { (file) throws(CaseEnd) in
      do throws(Errno) { try file.punchHole(at: offset, length: punched.length) } catch {
        throw .error("punching a hole failed with \(error)")
      }
    }
    pages.note(100, fullOf: 0)
    try trial.expectPagemap(pages, 100, "SW", "punched out")
  case .fork:
    try trial.inChild("the child looks at its pages") { (child) throws(CaseEnd) in
      try child.expectProtected(pages, "in the child")
    }
  case .debugfs:
    try trial.attempt(
      "split_huge_pages", try HugePages.split(pages.range, ofProcess: System.processID))
  }
}

private func loadAll(_ pages: Pages) {
  for page in 0..<pages.count { pages.load(page) }
}
