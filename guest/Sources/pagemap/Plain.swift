import GuestKit
import LinuxMM

/// What pagemap refuses, and what it hides from whom.
func privilegesAndErrors(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill(0..<2)
  let file = try trial.attempt("opening pagemap", try Descriptor(opening: own, for: .read))
  let place = pages.range.start / Memory.pageSize * 8
  try trial.expect(.invalid, from: "an odd offset", try file.read(count: 8, at: place + 4))
  try trial.expect(.invalid, from: "an odd length", try file.read(count: 12, at: place))
  let kernel = (UInt64(1) << 63) / Memory.pageSize * 8
  let beyond = try trial.expectSuccess(
    of: "reading past the address space", try file.read(count: 8, at: kernel))
  try trial.expect(beyond.count, equals: 0, "bytes read past the address space")
  try trial.expectPagemap(pages, 0..<2, "PX", "written")
  try trial.expectPagemap(pages, 2..<4, "-", "untouched")
  // One page, and nothing bigger that somebody may map again.
  let space = Pages(.anon, at: try Reservation(trial, pages: 3).range)
  try trial.attempt("munmap", try space.range(1).unmap())
  try trial.expectPagemap(space, 0..<3, "-", "unmapped, between inaccessible ones")

  let frames = try pages.pagemap(trial, 0..<2).map { $0.frame }
  try trial.expect(
    frames[0] != 0 && frames[1] != 0 && frames[0] != frames[1],
    expected: "two frames for root", seen: "0x\(hex(frames[0])) and 0x\(hex(frames[1]))")
  try trial.inChild { (child) throws(CaseEnd) in
    try child.attempt("becoming user 65534", try System.become(user: 65534))
    try child.expectPagemap(pages, 0..<2, "P", "for another user")
    for entry in try pages.pagemap(child, 0..<2) {
      try child.expect(
        entry.frame == 0, expected: "no frame for another user", seen: "0x\(hex(entry.frame))")
    }
    try child.expect(
      .accessDenied, from: "opening another's pagemap",
      try Descriptor(opening: "/proc/1/pagemap", for: .read))
    // Who opened the file counts, not who reads it: this one is the parent's, opened by root.
    let bytes = try child.attempt("reading the parent's", try file.read(count: 8, at: place))
    var low: UInt64 = 0
    for byte in bytes[0..<6].reversed() { low = low << 8 | UInt64(byte) }
    try child.expect(
      low == frames[0], expected: "frame 0x\(hex(frames[0])) in a file that root opened",
      seen: "0x\(hex(low))")
  }
  try trial.expectIntact(pages)
}

private let own = "/proc/self/pagemap"

/// One read over areas, gaps and page tables gives each page its entry in its place.
func acrossAreas(_ trial: Trial) throws(CaseEnd) {
  let space = try Reservation(trial, pages: 1800)
  let areas: [Range<UInt64>] = [3..<5, 5..<9, 400..<700, 1000..<1001, 1200..<1790]
  var present = [Bool](repeating: false, count: 1800)
  for area in areas {
    let pages = try space.map(trial, area)
    if HugePages.setting("enabled") != nil {
      try trial.attempt("MADV_NOHUGEPAGE", try pages.range.advise(.noHugePage))
    }
    for page in stride(from: 0, to: area.count, by: 3) {
      pages.store(page, 0xa1)
      present[Int(area.lowerBound) + page] = true
    }
  }
  for first in [0, 1, 7, 513] {
    let part = AddressRange(
      start: space.range.start + UInt64(first) * Memory.pageSize,
      length: UInt64(1800 - first) * Memory.pageSize)
    let entries = try trial.attempt("reading pagemap", try Pagemap().entries(part))
    for (index, entry) in entries.enumerated() {
      let expected = present[first + index]
      try trial.expect(
        entry.bits.contains(.present) == expected && (entry.frame != 0) == expected,
        expected: "page \(first + index), read from \(first): \(expected ? "present" : "not")",
        seen: "0x\(hex(entry.rawValue))")
    }
    let frames = entries.map { $0.frame }.filter { $0 != 0 }.sorted()
    for index in frames.indices.dropFirst() where frames[index] == frames[index - 1] {
      try trial.fail(
        expected: "a frame of its own for each page", seen: "0x\(hex(frames[index])) twice")
    }
  }
}

/// What mincore(2) refuses.
func residencyErrors(_ trial: Trial) throws(CaseEnd) {
  let space = try Reservation(trial, pages: 8)
  try trial.attempt("munmap", try Pages(.anon, at: space.range).range(5).unmap())
  let pages = try space.map(trial, 0..<4)
  pages.fill(0..<2)
  let odd = AddressRange(start: pages.range.start + 1, length: Memory.pageSize)
  try trial.expect(.invalid, from: "mincore of an unaligned start", try odd.residency())
  try trial.expect(.noMemory, from: "mincore of unmapped pages", try space.range.residency())
  let some = AddressRange(start: pages.range.start, length: 3 * Memory.pageSize - 1)
  let core = try trial.expectSuccess(of: "mincore of an odd length", try some.residency())
  try trial.expect(
    core == [true, true, false], expected: "1 1 0", seen: "\(core.count) pages, not so")
}

/// mincore(2) on present, absent, swapped and protected pages.
func residency(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill(0..<2)
  try expectResident(trial, pages, [true, true, false, false], "two filled, two empty")
  try residencyProtected(trial, pages)
  guard backing == .anon || backing == .shmem, Requirement.swap.lacking() == nil else { return }
  try trial.pageOut(pages, 0..<2)
  let core = try trial.attempt("mincore", try pages.range.residency())
  trial.evidence("mincore_out", core[0] ? "in the swap cache" : "0")
  try trial.expect(
    !core[2] && !core[3], expected: "empty pages not resident", seen: "a resident empty page")
  try trial.expectIntact(pages, 0..<2)
  try expectResident(trial, pages, [true, true, false, false], "in again")
}

private func residencyProtected(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  let backing = pages.backing
  let needed: Requirement = backing == .anon ? .writeProtectUnpopulated : .writeProtectFiles
  guard needed.lacking() == nil else { return trial.evidence("markers", "none") }
  let features: Userfaultfd.Features = backing == .anon ? .writeProtectUnpopulated : []
  let tracker = try Tracker(trial, of: pages, features: features)
  try tracker.protect(pages, 1..<3)
  try trial.expectPagemap(pages, 2, backing.isHugetlb ? "W" : "SW", "protected while empty")
  try expectResident(trial, pages, [true, true, false, false], "with a marker on a hole")
  if backing.isShared, !backing.isHugetlb || Requirement.hugetlbDontNeed.lacking() == nil {
    try trial.attempt("MADV_DONTNEED", try pages.range(1).advise(.dontNeed))
    try trial.expectPagemap(pages, 1, backing.isHugetlb ? "W" : "SW", "protected and zapped")
    // The marker says nothing of the page cache, which has the page; hugetlb does not look there.
    try expectResident(
      trial, pages, [true, !backing.isHugetlb, false, false], "with a marker on a cached page")
  }
  try tracker.unregister(pages)
  try trial.expectIntact(pages, 0..<2)
}

private func expectResident(
  _ trial: Trial, _ pages: Pages, _ expected: [Bool], _ when: String
) throws(CaseEnd) {
  let core = try trial.attempt("mincore", try pages.range.residency())
  let perPage = core.count / expected.count
  for (index, seen) in core.enumerated() {
    try trial.expect(
      seen == expected[index / perPage],
      expected: "mincore \(expected[index / perPage] ? 1 : 0) of page \(index / perPage) \(when)",
      seen: "\(seen ? 1 : 0)")
  }
}
