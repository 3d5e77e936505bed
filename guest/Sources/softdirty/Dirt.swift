import GuestKit
import LinuxMM

/// Base pages in a huge one.
let perHuge = 512

/// Whether `PAGEMAP_SCAN` knows the soft-dirty category here (6.8), tried once.
private let scanKnowsSoftDirty: Bool = {
  do throws(Errno) {
    let page = try Mapping(anonymous: Memory.pageSize, .private)
    _ = try dirtyScan().scan(try Pagemap(), from: page.range.start, to: page.range.end)
    return true
  } catch { return false }
}()

private func dirtyScan() -> PagemapScan {
  var scan = PagemapScan()
  scan.all = .softDirty
  scan.returned = .softDirty
  return scan
}

extension Trial {
  /// Forgets what was written so far.
  func clearSoftDirty() throws(CaseEnd) {
    try attempt("writing 4 to clear_refs", try SoftDirty.clear())
  }

  /// Fails unless exactly those pages are soft-dirty, by pagemap and, where it can tell, PAGEMAP_SCAN.
  ///
  /// The ways to ask have code of their own in the kernel, so that a bug can hide in one of them.
  func expectDirty(
    _ pages: Pages, _ when: String, where dirty: (Int) -> Bool
  ) throws(CaseEnd) {
    for (page, entry) in try pages.pagemap(self).enumerated() {
      let seen = entry.bits.contains(.softDirty)
      guard seen != dirty(page) else { continue }
      throw different("pagemap of page \(page) \(when)", seen: seen)
    }
    guard scanKnowsSoftDirty else { return }
    let range = pages.range
    let answer = try attempt(
      "PAGEMAP_SCAN", try dirtyScan().scan(try Pagemap(), from: range.start, to: range.end))
    var scanned = [Bool](repeating: false, count: pages.count)
    for region in answer.regions {
      let first = Int((region.range.start - range.start) / Memory.pageSize)
      let count = Int(region.range.length / Memory.pageSize)
      for page in first..<(first + count) { scanned[page] = true }
    }
    for (page, seen) in scanned.enumerated() where seen != dirty(page) {
      throw different("PAGEMAP_SCAN of page \(page) \(when)", seen: seen)
    }
  }

  @inline(never)
  private func different(_ what: String, seen: Bool) -> CaseEnd {
    .failed(
      expected: "\(what): \(seen ? "clean" : "soft-dirty")",
      seen: "\(what): \(seen ? "soft-dirty" : "clean")")
  }

  /// Fails unless a number of those pages are soft-dirty, all by default: for whole huge pages.
  func expectAllDirty(_ pages: Pages, _ when: String) throws(CaseEnd) {
    try expectDirty(pages, when) { _ in true }
  }

  /// Fails if any page is soft-dirty.
  func expectClean(_ pages: Pages, _ when: String) throws(CaseEnd) {
    try expectDirty(pages, when) { _ in false }
  }
}

/// The setting that lets shmem have huge pages where they are asked for; back at the end of the value.
func shmemHugeKnob(_ trial: Trial) throws(CaseEnd) -> Knob {
  try trial.attempt(
    "setting shmem_enabled", try Knob(HugePages.settings + "shmem_enabled", to: "advise"))
}

/// Memory that is one huge page now, filled with the pattern; ends as unexercised where none comes.
func hugeArea(_ trial: Trial, _ backing: Backing = .thp) throws(CaseEnd) -> Pages {
  for attempt in 1...3 {
    let pages = try backing.map(trial, pages: perHuge)
    pages.fill()
    trial.evidence("huge_attempts", attempt)
    if try mappedHuge(trial, pages) == 2048 { return pages }
    try trial.attempt("unmapping", try pages.range.unmap())
    try trial.attempt("compact_memory", try System.drainPageLists())
  }
  throw .unexercised("no transparent huge page came in 3 attempts, with compaction between")
}

/// KiB that are mapped by huge entries.
func mappedHuge(_ trial: Trial, _ pages: Pages) throws(CaseEnd) -> UInt64 {
  try pages.smaps(trial, pages.backing.isShared ? "ShmemPmdMapped" : "AnonHugePages")
}

extension Trial {
  /// Proves that the huge page is still one.
  func proveHuge(_ pages: Pages, _ when: String) throws(CaseEnd) {
    try prove(try mappedHuge(self, pages) == 2048, otherwise: "no huge page any more \(when)")
  }

  /// Proves that the huge page is none any more.
  func proveSplit(_ pages: Pages, _ when: String) throws(CaseEnd) {
    try prove(try mappedHuge(self, pages) == 0, otherwise: "still a huge page \(when)")
  }
}
