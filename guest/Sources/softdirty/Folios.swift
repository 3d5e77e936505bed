import GuestKit
import LinuxMM

/// What treats a folio's entries as one, though each has a soft-dirty bit of its own.
enum FolioTreatment: String, CaseIterable {
  case swap, fork, mprotect

  static var cases: [Case] {
    allCases.map { treatment in
      Case(
        "softdirty.mthp-pattern/\(treatment.rawValue)",
        "64 KiB folios keep every third page's bit apart",
        needs: [.softDirty, .folios64K] + (treatment == .swap ? [.swap] : [])
      ) { (trial) throws(CaseEnd) in try foliosKeepPattern(trial, treatment) }
    }
  }
}

/// Every third page of 64 KiB folios is written; what treats a folio as one keeps the pattern.
func foliosKeepPattern(_ trial: Trial, _ treatment: FolioTreatment) throws(CaseEnd) {
  let knob = try trial.attempt(
    "HugePages.smallFolios \(HugePages.smallFolios)", try Knob(HugePages.smallFolios, to: "always"))
  let pages = try Backing.anon.map(trial, pages: 256)
  try trial.attempt("MADV_HUGEPAGE", try pages.range.advise(.hugePage))
  pages.fill()
  try proveFolios(trial, pages)
  try trial.clearSoftDirty()
  for page in stride(from: 0, to: 256, by: 3) { pages.store(page, 0xa1) }
  try trial.expectDirty(pages, "after the stores") { $0 % 3 == 0 }
  switch treatment {
  case .swap:
    try trial.pageOut(pages)
    try trial.expectDirty(pages, "out") { $0 % 3 == 0 }
    for page in 0..<256 { pages.load(page) }
  case .fork:
    try trial.inChild { (child) throws(CaseEnd) in
      try child.expectDirty(pages, "in the child") { $0 % 3 == 0 }
      try child.expectIntact(pages)
    }
  case .mprotect:
    try trial.attempt("mprotect", try pages.range(10..<200).protect(.read))
    try trial.attempt("mprotect", try pages.range(10..<200).protect(.readWrite))
  }
  try trial.expectDirty(pages, "after \(treatment.rawValue)") { $0 % 3 == 0 }
  for page in stride(from: 1, to: 256, by: 3) { pages.store(page, 0xa2) }
  try trial.expectDirty(pages, "after more stores") { $0 % 3 != 2 }
  try trial.expectIntact(pages)
  trial.evidence("knob", knob.path)
}

/// Sixteen frames in a row are taken for a folio.
private func proveFolios(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  let frames = try pages.pagemap(trial).map { $0.frame }
  var runs = 0
  for start in 0..<(frames.count - 16) where frames[start] % 16 == 0 {
    if (1..<16).allSatisfy({ frames[start + $0] == frames[start] + UInt64($0) }) { runs += 1 }
  }
  try trial.prove(runs >= 12, otherwise: "\(runs) folios of 64 KiB came, not 12")
}

/// The parts of a written huge page that are all zeros stay soft-dirty, even as the zero page.
func zeroPartsStayDirty(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.thp.map(trial, pages: perHuge)
  pages.store(7, 0x71)
  pages.store(300, 0x72)
  try trial.proveHuge(pages, "after the first store")
  try trial.clearSoftDirty()
  pages.store(7, 0xa7)
  try trial.expectAllDirty(pages, "after a store")
  try trial.attempt(
    "split_huge_pages", try HugePages.split(pages.range, ofProcess: System.processID))
  try trial.proveSplit(pages, "after debugfs")
  trial.evidence("of_zeros", try pages.bits(trial, 100))  // PX, or P of the zero page since 6.12
  try trial.expectAllDirty(pages, "after debugfs")
  try trial.expectIntact(pages)
  try trial.clearSoftDirty()
  pages.store(100, 0xb1)
  try trial.expectDirty(pages, "after a store to what was all zeros") { $0 == 100 }
  try trial.expectIntact(pages)
}

/// The first store over the huge zero page is noticed.
func hugeZeroPage(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.thp.map(trial, pages: perHuge)
  pages.load(5)
  let here = try trial.count(.present, in: pages)
  try trial.prove(here == perHuge, otherwise: "\(here) entries after a load, no huge zero page")
  try trial.expectAllDirty(pages, "in a new mapping, after a load")
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  pages.load(6)
  try trial.expectClean(pages, "after a load")
  pages.store(9, 0xa9)
  let bits = try pages.bits(trial, 9)
  try trial.expect(
    bits.contains(.softDirty), expected: "d of page 9 after a store", seen: bits.description)
  trial.evidence("dirty", try trial.count(.softDirty, in: pages))
  try trial.expectIntact(pages)
}

/// Pages that are collapsed into a huge one take their dirt along.
func collapseLosesNothing(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.thp.map(trial, pages: perHuge)
  try trial.attempt("MADV_NOHUGEPAGE", try pages.range.advise(.noHugePage))
  pages.fill()
  try trial.attempt("MADV_HUGEPAGE", try pages.range.advise(.hugePage))
  try trial.clearSoftDirty()
  pages.store(7, 0xa7)
  try trial.attempt("MADV_COLLAPSE", try pages.range.advise(.collapse))
  try trial.proveHuge(pages, "after MADV_COLLAPSE")
  let bits = try pages.bits(trial, 7)
  try trial.expect(
    bits.contains(.softDirty), expected: "d of page 7 after a collapse", seen: bits.description)
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after a collapse and clear_refs")
  pages.store(8, 0xa8)
  try trial.expectAllDirty(pages, "after a store")
  try trial.expectIntact(pages)
}

/// A scan that protects leaves soft-dirty alone, and clear_refs the protection.
func withScan(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  let tracker = try tracked(trial, pages)
  try trial.clearSoftDirty()
  try trial.expectWritten(pages, Array(0..<8), "filled", protecting: true)
  try trial.expectClean(pages, "after a scan that protects")
  pages.store(2, 0xa2)
  try trial.expectDirty(pages, "after a store to 2") { $0 == 2 }
  try trial.expectWritten(pages, [2], "after a store to 2", protecting: true)
  try trial.expectDirty(pages, "after a scan that protects") { $0 == 2 }
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  try trial.expectWritten(pages, [], "after clear_refs")
  pages.store(2, 0xb2)
  try trial.expectDirty(pages, "after another store to 2") { $0 == 2 }
  try trial.clearSoftDirty()
  try trial.expectWritten(pages, [2], "written before clear_refs")
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  try trial.expectIntact(pages)
}

/// So it is with the bits of a huge page.
func withScanHuge(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try tracked(trial, pages)
  let all = Array(0..<perHuge)
  try trial.clearSoftDirty()
  pages.store(2, 0xa2)
  try trial.expectAllDirty(pages, "after a store to 2")
  try trial.expectWritten(pages, all, "filled", protecting: true)
  try trial.expectAllDirty(pages, "after a scan that protects")
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  try trial.expectWritten(pages, [], "after clear_refs")
  try trial.proveHuge(pages, "after clear_refs")
  // Asynchronous protection gives way page by page: the huge page is broken up.
  pages.store(2, 0xb2)
  try trial.expectWritten(pages, [2], "after another store to 2")
  let bits = try pages.bits(trial, 2)
  try trial.expect(
    bits.contains(.softDirty), expected: "d of page 2 after a store", seen: bits.description)
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  try trial.expectIntact(pages)
}

private func tracked(_ trial: Trial, _ pages: Pages) throws(CaseEnd) -> Tracker {
  try Tracker(trial, of: pages, features: [.writeProtectAsync, .writeProtectUnpopulated])
}

/// Protecting and releasing pages that are out leaves their soft-dirty bits alone.
func protectedWhileOut(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try trial.clearSoftDirty()
  pages.store(1, 0xa1)
  pages.store(2, 0xa2)
  try trial.pageOut(pages)
  try tracker.protect(pages, 0..<3)
  try trial.expectPagemap(pages, 0, "SW", "clean, protected while out", softDirty: true)
  try trial.expectPagemap(pages, 1..<3, "SWd", "dirty, protected while out", softDirty: true)
  try tracker.unprotect(pages, 1)
  try trial.expectPagemap(pages, 1, "Sd", "released while out", softDirty: true)
  for page in 0..<4 { pages.load(page) }
  try trial.expectDirty(pages, "in again") { $0 == 1 || $0 == 2 }
  try trial.clearSoftDirty()
  try trial.expectNoEvent(tracker, "a store to the released page", pages.store(1, 0xb1))
  try trial.expectWriteFault(tracker, pages, 0, "a store", pages.store(0, 0xb0))
  try trial.expectDirty(pages, "after stores to 0 1") { $0 < 2 }
  try trial.expectIntact(pages)
}
