import GuestKit
import GuestProtocol
import LinuxMM
import UffdWP

/// Equal pages become one page, those that differ in one byte anywhere do not, and a store parts them again.
func mergesOnlyEqual(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 8)
  // Page 0 and 7 are equal; the others differ from them in one byte each, all over the page.
  for page in 0..<8 {
    Memory.fill(pages.range(page), with: 0x6b)
    pages.note(page, fullOf: 0x6b)
  }
  let places: [UInt64] = [0, 1000, 2047, 2048, 3000, 4095]
  for page in 1..<7 { pages.store(page, at: places[page - 1], 0x6c) }
  try trial.attempt("MADV_MERGEABLE", try pages.range.advise(.mergeable))
  let merger = try trial.attempt("setting KSM", try Merger())
  let isMerged = try merger.wait { () throws(CaseEnd) -> Bool in
    let frames = try pages.pagemap(trial).map { $0.frame }
    return frames[0] == frames[7] && frames[0] != 0
  }
  try trial.prove(isMerged, otherwise: "two equal pages were not merged within 5 s")
  // A second round for those that should stay: a merged page is only found by then.
  let rounds = try mergerRounds(trial)
  let isOver = try merger.wait { () throws(CaseEnd) -> Bool in try mergerRounds(trial) >= rounds + 2
  }
  try trial.prove(isOver, otherwise: "KSM made no two rounds in 5 s")
  let frames = try pages.pagemap(trial).map { $0.frame }
  try trial.expectIntact(pages, nil, "merged")
  for page in 1..<7 {
    try trial.expect(
      frames[page] != frames[0], expected: "page \(page), which differs, in a frame of its own",
      seen: "the frame of page 0")
  }
  pages.store(7, 0x6d)
  try trial.expectIntact(pages, nil, "after a store to a merged page")
  let last = try frame(trial, pages, 7)
  try trial.expect(last != frames[0], expected: "a copy after the store", seen: "the same frame")
}

/// Pages of zeros that become the zero page are no longer counted as the process's own.
func mergesZeros(_ trial: Trial) throws(CaseEnd) {
  let name = "/sys/kernel/mm/ksm/use_zero_pages"
  guard TextFile.exists(name) else { try trial.skip(.feature, "no \(name) (Linux 4.12)") }
  let zeros = try trial.attempt("setting use_zero_pages", try Knob(name, to: "1"))
  defer { withExtendedLifetime(zeros) {} }
  let count = 1024
  let pages = try Backing.anon.map(trial, pages: count)
  for page in 0..<count { pages.store(page, 0) }
  let before = try ownKibibytes(trial)
  try trial.attempt("MADV_MERGEABLE", try pages.range.advise(.mergeable))
  let merger = try trial.attempt("setting KSM", try Merger())
  let isMerged = try merger.wait { () throws(CaseEnd) -> Bool in
    let frames = try pages.pagemap(trial).map { $0.frame }
    return frames[0] != 0 && frames.allSatisfy { $0 == frames[0] }
  }
  try trial.prove(isMerged, otherwise: "\(count) pages of zeros were not merged within 5 s")
  let after = try ownKibibytes(trial)
  trial.evidence("rss_anon_kib", "\(before) then \(after)")
  // The counter is kept per CPU; the pages are far more than that can hide.
  try trial.expect(
    after + 3072 <= before, expected: "RssAnon about \(count * 4) kB less than \(before)",
    seen: "\(after)")
  try trial.expectIntact(pages, nil, "merged")
  pages.store(3, 0x6e)
  try trial.expectIntact(pages)
}

private func ownKibibytes(_ trial: Trial) throws(CaseEnd) -> UInt64 {
  try trial.attempt("reading status", try Counters.process("RssAnon")) ?? 0
}

@CaseList var merging: [Case] {
  Case(
    "cow.ksm-only-equal", "only pages that are equal in every byte become one",
    needs: [.root, .merging], body: mergesOnlyEqual)
  Case(
    "cow.ksm-zero-pages", "pages of zeros that are merged leave the counts",
    needs: [.root, .merging], body: mergesZeros)
}
