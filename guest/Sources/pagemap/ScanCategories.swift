import GuestKit
import GuestProtocol
import LinuxMM

/// The categories of each state that base pages of a backing can be in.
func categories(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try inOneTable(trial, backing, pages: 6)
  pages.load(1)
  pages.fill(2..<5)
  if backing == .anon || backing == .shmempriv {
    try trial.pageOut(pages, 3..<5)
    let read = backing == .anon ? "0x2a" : "0xe"
    try trial.expectCategories(
      pages, "0-1=0x2 1-2=\(read) 2-3=0xa 3-5=0x12 5-6=0x2", "of empty, read, written, out, empty")
  } else if backing == .filepriv {
    try trial.expectCategories(pages, "0-1=0x2 1-2=0xe 2-5=0xa 5-6=0x2", "of empty, read, written")
  } else {
    try trial.expectCategories(pages, "0-1=0x2 1-5=0xe 5-6=0x2", "of empty, read or written, empty")
    if backing == .file {
      try trial.attempt("MADV_DONTNEED", try pages.range(3..<5).advise(.dontNeed))
    } else {
      try trial.pageOut(pages, 3..<5)
    }
    try trial.expectCategories(pages, "0-1=0x2 1-3=0xe 3-6=0x2", "with pages 3 4 gone")
  }
  try trial.expectIntact(pages, 2..<5)
}

/// Those of hugetlb pages, which never look written while they do not exist.
func categoriesHugetlb(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 3)
  let here = backing == .hugetlb ? "0x4e" : "0x4a"
  pages.load(0)
  pages.store(1, 0xa1)
  let end = 2 * perHuge
  let seen = try trial.scan(
    pages, PagemapScan(returned: PagemapScan.sinceFirst), categories: true)
  // A hole below an existing page table is huge, one without a table is nothing.
  let both = trial.ofUntracked("0-\(end)=\(here)")
  let one = both + " \(end)-\(end + perHuge)=0x40 end \(3 * perHuge)"
  let other = both + " \(end)-\(end + perHuge)=0x0 end \(3 * perHuge)"
  trial.evidence("categories", seen)
  try trial.expect(
    isSame(seen, one) || isSame(seen, other), expected: "categories: \(one)", seen: seen)
  let written = trial.untrackedLooksWritten ? "0-\(end) " : ""
  try trial.expectScan(
    pages, .written(), written + "end \(3 * perHuge)", "for written hugetlb pages")
  try trial.expectIntact(pages)
}

/// Those of huge pages, mapped huge and broken up, and of the huge zero page.
func categoriesHuge(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let knob = backing.isShared ? try shmemHugeKnob(trial) : nil
  let pages = try hugeArea(trial, backing)
  let file = backing.isShared ? "4e" : "4a"
  try trial.expectCategories(pages, "0-512=0x\(file)", "of a huge page")
  let part = PagemapScan(all: .huge, returned: .huge)
  try trial.expectScan(pages, part, "7-9 end 9", "of part of a huge page", from: 7, upTo: 9)
  if backing == .thp {
    try trial.attempt("mprotect", try pages.range(100).protect(.read))
    try trial.prove(try mappedHuge(trial, pages) == 0, otherwise: "mprotect did not split it")
    try trial.expectCategories(pages, "0-512=0xa", "of a huge page mapped in base pages")
    let other = try Backing.thp.map(trial, pages: perHuge)
    try trial.expectCategories(other, "0-512=0x0", "of a hole without a page table")
    other.load(3)
    let here = try trial.count(.present, in: other)
    try trial.prove(here == perHuge, otherwise: "no huge zero page came")
    // Newer kernels count the huge zero page as a page that is not anonymous; see pagemap.kinds.
    let seen = try trial.scan(
      other, PagemapScan(returned: PagemapScan.sinceFirst), categories: true)
    trial.evidence("huge_zero_page", seen)
    try trial.expect(
      isSame(seen, trial.ofUntracked("0-512=0x6a") + " end 512")
        || isSame(seen, trial.ofUntracked("0-512=0x6e") + " end 512"),
      expected: "categories of the huge zero page: 0x6a or 0x6e", seen: seen)
  }
  try trial.expectIntact(pages)
  if let knob { trial.evidence("knob", knob.path) }
}

/// Only memory registered for asynchronous protection may be protected by a scan.
func writeProtectable(_ trial: Trial) throws(CaseEnd) {
  let pages = try inOneTable(trial, .anon, pages: 8)
  pages.fill()
  let tracker = try Tracker(
    trial, features: [.writeProtectAsync, .writeProtectUnpopulated], policy: FaultPolicy())
  let half = pages.range(0..<4)
  try tracker.call("UFFDIO_REGISTER") { (uffd) throws(Errno) -> Void in
    try uffd.register(half, for: .writeProtect)
  }
  let allowed = PagemapScan(all: .writeProtectable, returned: .writeProtectable)
  try trial.expectScan(pages, allowed, "0-4 end 8", "for what may be protected")
  let others = PagemapScan(
    all: .writeProtectable, inverted: .writeProtectable, returned: .writeProtectable)
  let seen = try trial.scan(pages, others, categories: true)
  try trial.expect(seen, equals: "4-8=0x0 end 8", "PAGEMAP_SCAN for what may not be protected")
  var check = PagemapScan.written(protecting: true)
  check.flags = [.protectMatching, .checkAsync]
  try expectRefused(trial, check, pages.range, "over both halves")
  // The first half may be protected by then: the scan is given up where it meets the second.
  try trial.expectPagemap(pages, 4..<8, "PX", "after a refused scan")
  trial.evidence("first_half_after_refusal", try pages.bits(trial, 0))
  pages.fill()
  try trial.expectScan(pages, check, "0-4 end 4", "with CHECK_WPASYNC of the first half", upTo: 4)
  try trial.expectPagemap(pages, 0..<4, "PXW", "protected by the scan")
  pages.store(1, 0xa1)
  try trial.expectScan(
    pages, .written(protecting: true), "1-2 end 8", "that skips what may not be protected")
  try trial.expectPagemap(pages, 4..<8, "PX", "in the other half")

  let synchronous = try inOneTable(trial, .anon)
  synchronous.fill()
  let other = try Tracker(trial, of: synchronous)
  try trial.expectScan(synchronous, allowed, "end 4", "of memory protected synchronously")
  try expectRefused(trial, check, synchronous.range, "of memory protected synchronously")
  try trial.expectScan(synchronous, .written(protecting: true), "end 4", "that may not protect")
  try trial.expectPagemap(synchronous, 0..<4, "PX", "after scans that may not protect")
  try trial.expectNoEvent(other, "a store", synchronous.store(0, 0xb0))
  try trial.expectNoEvent(tracker, "a store", pages.store(2, 0xa2))
  try trial.expectIntact(pages)
  try trial.expectIntact(synchronous)
}

/// Memory whose monitor wants to be asked is none that a scan may protect.
///
/// Shared memory and, with `WP_UNPOPULATED`, anonymous memory use markers as asynchronous protection does, which
/// must not be taken for it.
func synchronousRefused(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  var check = PagemapScan.written(protecting: true)
  check.flags = [.protectMatching, .checkAsync]
  let allowed = PagemapScan(all: .writeProtectable, returned: .writeProtectable)
  let letters = backing.writtenLetters
  for features in [[], .writeProtectUnpopulated] as [Userfaultfd.Features] {
    let pages = try inOneTable(trial, backing)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, features: features)
    try trial.expectScan(pages, allowed, "end 4", "of memory protected synchronously")
    try expectRefused(trial, check, pages.range, "of memory protected synchronously")
    try trial.expectScan(pages, .written(protecting: true), "end 4", "that may not protect")
    try trial.expectPagemap(pages, 0..<4, letters, "after scans that may not protect")
    try trial.expectNoEvent(tracker, "a store", pages.store(0, 0xb0))
    try tracker.protect(pages, 1)
    try trial.expectWritten(pages, [0, 2, 3], "page 1 protected by its monitor")
    try trial.expectWriteFault(tracker, pages, 1, "a store", pages.store(1, 0xb1))
    try trial.expectIntact(pages)
  }
}

private func expectRefused(
  _ trial: Trial, _ scan: PagemapScan, _ range: AddressRange, _ what: String
) throws(CaseEnd) {
  try trial.expect(
    .notPermitted, from: "CHECK_WPASYNC \(what)",
    try scan.scan(try Pagemap(), from: range.start, to: range.end))
}

/// A child's memory can be scanned from outside.
func otherProcess(_ trial: Trial) throws(CaseEnd) {
  let pages = try inOneTable(trial, .anon, pages: 8)
  pages.fill(0..<2)
  let companion = try trial.fork { (child, line) throws(CaseEnd) in
    pages.store(5, 0xc5)
    try line.knock()
    try line.wait("the parent's scan")
    try child.expectIntact(pages)
  }
  try companion.wait("the child's store")
  let scan = PagemapScan(all: .present, returned: .present)
  let seen = try trial.scan(pages, scan, ofProcess: companion.processID)
  try trial.expect(seen, equals: "0-2 5-6 end 8", "PAGEMAP_SCAN of the child")
  try trial.expectScan(pages, scan, "0-2 end 8", "of the parent")
  try companion.line.knock()
  try companion.finish()
}

/// A child's memory can be protected from outside, and its writes seen there.
func otherProcessProtected(_ trial: Trial) throws(CaseEnd) {
  let pages = try inOneTable(trial, .anon, pages: 8)
  pages.fill()
  let companion = try trial.fork { (child, line) throws(CaseEnd) in
    let tracker = try asynchronous(child, pages)
    pages.fill()
    try line.knock()
    try line.wait("the parent's scan")
    pages.store(5, 0xc5)
    try line.knock()
    try line.wait("the parent's second scan")
    try child.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
    try child.expectIntact(pages)
  }
  try companion.wait("the child's stores")
  let both = PagemapScan.written(protecting: true)
  let first = try trial.scan(pages, both, ofProcess: companion.processID)
  try trial.expect(first, equals: "0-8 end 8", "PAGEMAP_SCAN of the child, filled")
  let again = try trial.scan(pages, both, ofProcess: companion.processID)
  try trial.expect(again, equals: "end 8", "PAGEMAP_SCAN of the child, protected")
  try companion.line.knock()
  try companion.wait("the child's store")
  let seen = try trial.scan(pages, both, ofProcess: companion.processID)
  try trial.expect(seen, equals: "5-6 end 8", "PAGEMAP_SCAN of the child after its store")
  try trial.expectPagemap(pages, 0..<8, "PX", "of the parent")
  try companion.line.knock()
  try companion.finish()
}

/// Regions go on over the borders of areas, not over gaps.
func scanAcrossAreas(_ trial: Trial) throws(CaseEnd) {
  let space = try Reservation(trial)
  let pages = Pages(.anon, at: space.range)
  let writable = try space.map(trial, 2..<6)
  let more = try space.map(trial, 8..<11)
  writable.fill()
  more.fill()
  try trial.attempt("mprotect", try pages.range(4..<6).protect(.read))
  let scan = PagemapScan(all: .present, returned: .present)
  try trial.expectScan(pages, scan, "2-6 8-11 end 16", "of two areas and one apart")
  try trial.expectScan(pages, scan, "3-6 8-10 end 10", "of part of them", from: 3, upTo: 10)
  let five = PagemapScan(all: .present, returned: .present, maximumPages: 5)
  try trial.expectScan(pages, five, "2-6 8-9 end 9", "of at most 5 pages")
  let one = PagemapScan(all: .present, returned: .present, room: 1)
  try trial.expectScan(pages, one, "2-6 end 8", "with room for 1")
  try trial.expectScan(pages, scan, "end 2", "of a gap", from: 0, upTo: 2)
}

/// A new neighbour that merges with protected memory makes nothing of it look written.
func mergeImmune(_ trial: Trial) throws(CaseEnd) {
  let space = try Reservation(trial)
  let pages = try space.map(trial, 4..<8)
  pages.fill()
  let tracker = try asynchronous(trial, pages)
  try trial.expectScan(pages, .written(protecting: true), "0-4 end 4", "of filled pages")
  // Untouched: with pages of their own they would not merge later.
  _ = try space.map(trial, 8..<10)
  let before = try space.map(trial, 3..<4)
  try trial.expectScan(pages, .written(), "end 4", "after new neighbours came")
  try trial.expectPagemap(pages, 0..<4, "PXW", "after new neighbours came")
  let range = AddressRange(start: before.range.start, length: 7 * Memory.pageSize)
  try tracker.call("registering the neighbours") { (uffd) throws(Errno) -> Void in
    try uffd.register(range, for: .writeProtect)
  }
  let areas = try trial.attempt("reading smaps", try Smaps(range)).count
  try trial.prove(areas == 1, otherwise: "\(areas) areas: the neighbours did not merge")
  try trial.expectScan(pages, .written(), "end 4", "after it merged with them")
  pages.store(2, 0xa2)
  try trial.expectScan(pages, .written(), "2-3 end 4", "after a store to page 2")
  try trial.expectIntact(pages)
}

/// Guard regions have a category and a bit of their own.
func guardRegions(_ trial: Trial) throws(CaseEnd) {
  let pages = try inOneTable(trial, .anon, pages: 8)
  pages.fill(0..<6)
  try trial.attempt("MADV_GUARD_INSTALL", try pages.range(3..<5).advise(.guardInstall))
  let scan = PagemapScan(all: .guardRegion, returned: .guardRegion)
  try trial.expectScan(pages, scan, "3-5 end 8", "for guard regions")
  let others = PagemapScan(
    all: [.guardRegion, .present], inverted: .guardRegion, returned: .present)
  try trial.expectScan(pages, others, "0-3 5-6 end 8", "for present pages without a guard")
  try trial.expectCount(.guardRegion, in: pages, 3..<5, equals: 2, "installed")
  try trial.expectCount(.guardRegion, in: pages, equals: 2, "anywhere")
  let access = Memory.tryLoad(pages.address(3))
  guard case .segmentationFault = access else {
    try trial.fail(expected: "SIGSEGV in a guard region", seen: access.description)
  }
  try trial.attempt("MADV_GUARD_REMOVE", try pages.range(3..<5).advise(.guardRemove))
  try trial.expectScan(pages, scan, "end 8", "after removal")
  try trial.expectPagemap(pages, 3..<5, "-", "after removal")
  pages.note(3, fullOf: 0)
  pages.note(4, fullOf: 0)
  try trial.expectIntact(pages)
}

extension Requirement {
  /// PAGEMAP_SCAN knows guard regions (6.16).
  static let scanGuard = category(.guardRegion, "scan-guard", "6.16")
  /// PAGEMAP_SCAN knows soft-dirty (6.8).
  static let scanSoftDirty = category(.softDirty, "scan-soft-dirty", "6.8")

  private static func category(
    _ category: PagemapScan.Categories, _ name: String, _ since: String
  ) -> Requirement {
    Requirement(name) {
      do throws(Errno) {
        let page = try Mapping(anonymous: Memory.pageSize, .private)
        let scan = PagemapScan(all: category, returned: category)
        _ = try scan.scan(try Pagemap(), from: page.range.start, to: page.range.end)
        return nil
      } catch {
        return Lacking(
          .feature, "PAGEMAP_SCAN with category \(category): \(error) (Linux \(since))")
      }
    }
  }
}
