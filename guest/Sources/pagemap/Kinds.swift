import GuestKit
import LinuxMM

/// Base pages in a huge one.
let perHuge = 512

/// What pagemap says of untouched, read, written, twice mapped and inherited pages, frames included.
func kinds(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  try trial.expectPagemap(pages, 0..<4, "-", "untouched")
  pages.load(0)
  pages.store(1, 0xa1)
  try trial.expectPagemap(pages, 0, backing.readLetters, "after a load")
  try trial.expectPagemap(pages, 1, backing.writtenLetters, "after a store")
  try trial.expectPagemap(pages, 2..<4, "-", "untouched beside others")
  pages.fill()
  try trial.expectPagemap(pages, 0..<4, backing.writtenLetters, "filled")
  try expectFrames(trial, pages)
  if backing.isShared, backing != .shanon { try twiceMapped(trial, pages) }
  try inherited(trial, pages)
  try trial.expectIntact(pages)
}

/// The same of huge pages: the huge zero page, and 512 entries from one.
func kindsHuge(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let knob = backing.isShared ? try shmemHugeKnob(trial) : nil
  if backing == .thp { try hugeZeroPage(trial) }
  let pages = try hugeArea(trial, backing)
  let letters = try hugeLetters(trial, pages)
  try trial.expectPagemap(pages, 0..<perHuge, letters, "mapped huge")
  let entries = try pages.pagemap(trial)
  for (page, entry) in entries.enumerated() where entry.frame != entries[0].frame + UInt64(page) {
    try trial.fail(
      expected: "frame 0x\(hex(entries[0].frame)) + \(page) of base page \(page)",
      seen: "frame 0x\(hex(entry.frame))")
  }
  try expectSingleReads(trial, pages, entries, [1, 7, 511])
  if backing.isShared {
    try trial.prove(try mappedHuge(trial, pages) == 2048, otherwise: "no huge page any more")
  } else {
    try inheritedHuge(trial, pages)
  }
  try trial.expectIntact(pages)
  if let knob { trial.evidence("knob", knob.path) }
}

/// `PFX` or `PX`; before the kernels that have PAGEMAP_SCAN, huge shared pages are not told from private.
private func hugeLetters(_ trial: Trial, _ pages: Pages) throws(CaseEnd) -> String {
  guard pages.backing.isShared, Requirement.pagemapScan.lacking() != nil else {
    return pages.backing.writtenLetters
  }
  let bits = try pages.bits(trial, 0)
  trial.evidence("huge_shared", bits)
  return bits.contains(.file) ? "PFX" : "PX"
}

/// A load where nothing is maps the huge zero page: present, nobody's own.
private func hugeZeroPage(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.thp.map(trial, pages: perHuge)
  pages.load(5)
  let bits = try pages.bits(trial, 0)
  trial.evidence("huge_zero_page", bits)
  let here = try trial.count(.present, in: pages)
  try trial.prove(here == perHuge, otherwise: "a load mapped \(here) entries, no huge zero page")
  // Newer kernels count it as a page that is not anonymous.
  let letters = bits.contains(.file) ? "PF" : "P"
  try trial.expectPagemap(pages, 0..<perHuge, letters, "of the huge zero page")
}

/// Frames are known, each page's own, and inside a hugetlb page one after the other.
private func expectFrames(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  guard System.isRoot else { return trial.evidence("frames", "hidden") }
  let entries = try pages.pagemap(trial)
  let perPage = Int(pages.pageSize / Memory.pageSize)
  var heads: [UInt64] = []
  for (index, entry) in entries.enumerated() {
    let head = entries[index / perPage * perPage].frame
    let expected = head + UInt64(index % perPage)
    try trial.expect(
      entry.frame == expected && head != 0,
      expected: "frame 0x\(hex(expected)) of entry \(index), not 0",
      seen: "0x\(hex(entry.frame))")
    guard index % perPage == 0 else { continue }
    try trial.expect(
      !heads.contains(head), expected: "a frame of its own for page \(index / perPage)",
      seen: "another page's frame 0x\(hex(head))")
    heads.append(head)
  }
  try expectSingleReads(trial, pages, entries, [1, entries.count - 1])
}

/// Reading one entry gives what reading all of them gives.
private func expectSingleReads(
  _ trial: Trial, _ pages: Pages, _ entries: [PagemapEntry], _ some: [Int]
) throws(CaseEnd) {
  for index in some {
    let place = pages.range.start + UInt64(index) * Memory.pageSize
    let one = try trial.attempt("reading pagemap", try Pagemap().entry(at: place))
    try trial.expect(
      one == entries[index],
      expected: "entry \(index) read alone: 0x\(hex(entries[index].rawValue))",
      seen: "entry \(index) read alone: 0x\(hex(one.rawValue))")
  }
}

/// A page that is mapped twice is exclusive to neither mapping, until one is gone.
private func twiceMapped(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  let other = try pages.alias(trial)
  try trial.expectPagemap(other, 0..<4, "-", "of a second mapping, untouched")
  try trial.expectIntact(other)
  try trial.expectPagemap(pages, 0..<4, "PF", "mapped twice")
  try trial.expectPagemap(other, 0..<4, "PF", "of the second mapping")
  try expectSameFrames(trial, pages, try other.pagemap(trial), same: true, "two mappings")
  try trial.attempt("munmap", try other.range.unmap())
  try trial.expectPagemap(pages, 0..<4, "PFX", "after the second mapping went")
}

/// A child shares the frames; what is private becomes its own with its first store.
private func inherited(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  let backing = pages.backing
  let before = try pages.pagemap(trial)
  let shared = backing.isShared ? "PF" : "P"
  let companion = try trial.fork { (child, line) throws(CaseEnd) in
    // Of hugetlb memory, fork copied shared entries, too, until bcd51a3c679d (6.0).
    if backing.isShared, !backing.isHugetlb {
      try child.expectPagemap(pages, 0..<4, "-", "of the child, untouched")
    }
    try child.expectIntact(pages)
    try child.expectPagemap(pages, 0..<4, shared, "of the child")
    try expectSameFrames(child, pages, before, same: true, "the child")
    try line.knock()
    try line.wait("the parent's look")
    guard !backing.isShared else { return }
    pages.store(1, 0xc1)
    try child.expectPagemap(pages, 1, "PX", "of the child after its store")
    try child.expectPagemap(pages, 2..<4, "P", "of the child beside its store")
    try child.expectIntact(pages)
    try line.knock()
    try line.wait("the parent's second look")
  }
  try companion.wait("the child's look")
  try trial.expectPagemap(pages, 0..<4, shared, "of the parent, shared with a child")
  try expectSameFrames(trial, pages, before, same: true, "the parent")
  try companion.line.knock()
  if !backing.isShared {
    try companion.wait("the child's store")
    try trial.expectPagemap(pages, 1, "PX", "of the parent after the child's store")
    try trial.expectPagemap(pages, 2..<4, "P", "of the parent beside the child's store")
    try companion.line.knock()
  }
  try companion.finish()
  try trial.expectPagemap(pages, 0..<4, backing.writtenLetters, "after the child's end")
}

private func inheritedHuge(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  let before = try pages.pagemap(trial)
  let companion = try trial.fork { (child, line) throws(CaseEnd) in
    try child.expectPagemap(pages, 0..<perHuge, "P", "of the child")
    try expectSameFrames(child, pages, before, same: true, "the child")
    try line.knock()
    try line.wait("the parent's look")
  }
  try companion.wait("the child's look")
  try trial.expectPagemap(pages, 0..<perHuge, "P", "of the parent, shared with a child")
  try companion.line.knock()
  try companion.finish()
  try trial.expectPagemap(pages, 0..<perHuge, "PX", "after the child's end")
}

func expectSameFrames(
  _ trial: Trial, _ pages: Pages, _ others: [PagemapEntry], same: Bool, _ what: String
) throws(CaseEnd) {
  for (index, entry) in try pages.pagemap(trial).enumerated() {
    guard (entry.frame == others[index].frame) != same else { continue }
    try trial.fail(
      expected: "\(what): \(same ? "the same frame" : "another frame") at entry \(index)",
      seen: "0x\(hex(entry.frame)) and 0x\(hex(others[index].frame))")
  }
}

extension Backing {
  /// Letters of a page that was only read, where nothing was before.
  var readLetters: String {
    switch self {
    case .anon: "P"
    case .hugetlbpriv: "PX"
    default: "PFX"
    }
  }
}

/// pagemap and PAGEMAP_SCAN show the protection of exactly the protected pages, and the fault agrees.
func protectionShows(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill(0..<3)
  let letters = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 1)
  try trial.expectPagemap(pages, 1, letters + "W", "protected")
  try trial.expectPagemap(pages, 0, letters, "before the protected one")
  try trial.expectPagemap(pages, 2, letters, "after the protected one")
  try trial.expectPagemap(pages, 3, "-", "empty")
  if backing.isShared {
    try tracker.protect(pages, 3)
    try trial.expectPagemap(pages, 3, backing.isHugetlb ? "W" : "SW", "protected while empty")
  }
  if Requirement.pagemapScan.lacking() == nil {
    let hole = backing.isShared || backing.isHugetlb ? [] : [3]
    try trial.expectWritten(pages, [0, 2] + hole, "beside protected ones")
  }
  try trial.expectWriteFault(tracker, pages, 1, "a store", pages.store(1, 0xa1))
  try trial.expectPagemap(pages, 1, letters, "after its fault")
  try trial.expectIntact(pages)
}

/// So it is with a huge page as a whole.
func hugeProtectionShows(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.prove(try mappedHuge(trial, pages) == 2048, otherwise: "protecting split it")
  try trial.expectPagemap(pages, 0..<perHuge, "PXW", "protected, huge")
  if Requirement.pagemapScan.lacking() == nil {
    try trial.expectWritten(pages, [], "of a protected huge page")
  }
  try tracker.unprotect(pages)
  try trial.prove(try mappedHuge(trial, pages) == 2048, otherwise: "lifting it split it")
  try trial.expectPagemap(pages, 0..<perHuge, "PX", "unprotected, huge")
  try trial.expectIntact(pages)
}
