import GuestKit
import LinuxMM

/// What is done to folios whose every other page is protected.
enum FolioTreatment: String, CaseIterable {
  case swap, fork, mprotect, dontneed, migrate, mremap
  /// All protected in one call, and every other one lifted again.
  case range

  static var cases: [Case] {
    allCases.map { treatment in
      var needs: [Requirement] = [.writeProtectAnon, .folios64K]
      switch treatment {
      case .swap: needs.append(.swap)
      case .fork: needs.append(.eventFork)
      case .mremap: needs.append(.eventRemap)
      case .migrate: needs.append(.numaNodes(2))
      default: break
      }
      return Case(
        "swap.mthp-pattern/\(treatment.rawValue)",
        "64 KiB folios keep every other page's protection apart", needs: needs
      ) { (trial) throws(CaseEnd) in try foliosKeepPattern(trial, treatment) }
    }
  }
}

/// Every other page of 64 KiB folios is protected; what treats them as one keeps the pattern.
func foliosKeepPattern(_ trial: Trial, _ treatment: FolioTreatment) throws(CaseEnd) {
  let knob = try trial.attempt(
    "HugePages.smallFolios \(HugePages.smallFolios)", try Knob(HugePages.smallFolios, to: "always"))
  defer { withExtendedLifetime(knob) {} }
  let pages = try Backing.anon.map(trial, pages: 256)
  try trial.attempt("MADV_HUGEPAGE", try pages.range.advise(.hugePage))
  pages.fill()
  try trial.prove(try folios(trial, pages) >= 14, otherwise: "no 64 KiB folios came")
  let features: Userfaultfd.Features =
    switch treatment {
    case .fork: .eventFork
    case .mremap: .eventRemap
    default: []
    }
  let tracker = try Tracker(trial, of: pages, features: features)
  for page in stride(from: 0, to: pages.count, by: 2) { try tracker.protect(pages, page) }
  try trial.expectProtected(pages, "protected one by one") { $0 % 2 == 0 }
  let zapped = treatment == .dontneed ? 20..<24 : 0..<0
  try treat(trial, treatment, pages, tracker, zapped)
  try trial.expectProtected(pages, "after \(treatment.rawValue)") {
    $0 % 2 == 0 && !zapped.contains($0)
  }
  try trial.expectIntact(pages)
  try trial.expectWriteFaults(tracker, pages, "stores after \(treatment.rawValue)") {
    $0 % 2 == 0 && !zapped.contains($0)
  }
  try trial.expectIntact(pages)
}

private func treat(
  _ trial: Trial, _ treatment: FolioTreatment, _ pages: Pages, _ tracker: Tracker,
  _ zapped: Range<Int>
) throws(CaseEnd) {
  switch treatment {
  case .swap:
    try trial.pageOut(pages)
    try trial.expectProtected(pages, "out") { $0 % 2 == 0 }
    try trial.expectNoEvent(tracker, "loads", pages.loadAll())
    try trial.expectCount(.present, in: pages, equals: pages.count, "after loads")
  case .fork:
    try trial.inChild("the child looks at its pages") { (child) throws(CaseEnd) in
      try child.expectProtected(pages, "in the child") { $0 % 2 == 0 }
      try child.expectIntact(pages)
    }
  case .mprotect:
    try trial.attempt("mprotect to read-only", try pages.range.protect(.read))
    try trial.expectProtected(pages, "read-only") { $0 % 2 == 0 }
    try trial.attempt("mprotect to read-write", try pages.range.protect(.readWrite))
  case .dontneed:
    try trial.attempt("MADV_DONTNEED", try pages.range(zapped).advise(.dontNeed))
    for page in zapped { pages.note(page, fullOf: 0) }
    try trial.expectPagemap(pages, zapped, "-", "zapped")
  case .migrate: try pages.changeNode(trial)
  case .mremap: try trial.expectEvents([.remap], tracker, "mremap", try pages.move(trial))
  case .range:
    try tracker.protect(pages)
    try trial.expectProtected(pages, "all protected in one call")
    for page in stride(from: 1, to: pages.count, by: 2) { try tracker.unprotect(pages, page) }
  }
}

/// How many aligned runs of 16 frames back the pages: what a 64 KiB folio looks like from outside.
private func folios(_ trial: Trial, _ pages: Pages) throws(CaseEnd) -> Int {
  let frames = try pages.pagemap(trial).map { $0.frame }
  var count = 0
  var page = 0
  while page + 16 <= frames.count {
    let first = frames[page]
    let isRun =
      first % 16 == 0 && first != 0
      && (1..<16).allSatisfy { frames[page + $0] == first + UInt64($0) }
    count += isRun ? 1 : 0
    page += isRun ? 16 : 1
  }
  trial.evidence("folios", count)
  return count
}
