public import GuestKit
public import LinuxMM

/// Bodies about what `UFFDIO_COPY` and `UFFDIO_ZEROPAGE` cost, and what they must leave alone.
public enum Fills {
  /// Neither replaces a page that is there, be it in memory, in swap or the zero page.
  public static func existing(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    pages.fill(0..<4)
    let source = try filled(trial, pages: 1, of: pages.backing)
    let tracker = try Tracker(trial, of: pages, for: .missing)
    let canSwap = !backing.isHugetlb && Requirement.swap.lacking() == nil
    if canSwap { try trial.pageOut(pages, 2..<4) }
    trial.evidence("swapped", canSwap ? 2 : 0)
    for page in 0..<4 {
      let state = canSwap && page >= 2 ? "a page in swap" : "a page in memory"
      try expectExists(trial, tracker, pages, page, from: source, state)
      try trial.expectIntact(pages, page..<(page + 1), "after refused fills")
    }
    // Beside them a fill still works, once.
    let hole = pages.range(4)
    try tracker.call("UFFDIO_COPY to a hole") { (uffd) throws(Errno) -> Void in
      try uffd.copy(from: source.start, to: hole)
    }
    pages.note(4, fullOf: FaultPolicy.copiedByte)
    try expectExists(trial, tracker, pages, 4, from: source, "a page just copied")
    if !backing.isHugetlb {
      let last = pages.range(5)
      try tracker.call("UFFDIO_ZEROPAGE to a hole") { (uffd) throws(Errno) -> Void in
        try uffd.zeroPage(last)
      }
      try expectExists(trial, tracker, pages, 5, from: source, "a zero page")
    }
    try trial.expectNoEvent(
      tracker, "a store to a copied page", pages.store(4, 0x77))
    try trial.expectIntact(pages, 0..<(backing.isHugetlb ? 5 : 6))
  }

  /// `UFFDIO_COPY` onto existing pages of a tmpfs, refused again and again, takes no room on it.
  public static func existingCostsNothing(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let source = try filled(trial, pages: 1, of: backing)
    let tracker = try Tracker(trial, of: pages, for: .missing)
    let before = try freeSpace(trial, pages)
    try trial.prove(before > 0, otherwise: "the tmpfs has no limit and counts nothing")
    let last = pages.range(3)
    for _ in 0..<64 {
      let error = try tracker.errno { (uffd) throws(Errno) -> Void in
        try uffd.copy(from: source.start, to: last)
      }
      try trial.expect(error, equals: .exists, "UFFDIO_COPY onto a page that is there")
    }
    let after = try freeSpace(trial, pages)
    trial.evidence("free_kib", "\(before / 1024) then \(after / 1024)")
    try trial.expect(after, equals: before, "bytes free on the tmpfs after 64 refused copies")
    try trial.expectIntact(pages)
  }

  private static func freeSpace(_ trial: Trial, _ pages: Pages) throws(CaseEnd) -> UInt64 {
    try pages.withFile { (file) throws(CaseEnd) in
      try trial.attempt("fstatvfs", try file.freeSpace())
    }
  }

  /// Pages that `UFFDIO_COPY` makes are charged to the memory cgroup of whoever they are made for.
  public static func charged(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let count = 1024
    let source = try filled(trial, pages: count, of: backing)
    let group = try trial.attempt("a memory cgroup", try MemoryGroup())
    let pages = try backing.map(trial, pages: count)
    let tracker = try Tracker(trial, of: pages, for: .missing)
    let before = try used(trial, group)
    let range = pages.range
    try tracker.call("UFFDIO_COPY") { (uffd) throws(Errno) -> Void in
      try uffd.copy(from: source.start, to: range)
    }
    for page in 0..<count { pages.note(page, fullOf: FaultPolicy.copiedByte) }
    let after = try used(trial, group)
    let grown = after > before ? after - before : 0
    trial.evidence("charged_kib", grown)
    // The counter is kept per CPU in batches of 64 pages.
    try trial.expect(
      grown >= UInt64(count) * 4 - 512, expected: "about \(count * 4) kB more charged for copies",
      seen: "\(grown) kB more")
    try trial.expectNoEvent(tracker, "loads", Sharing.loadAll(pages))
    try trial.expectIntact(pages)
  }

  private static func used(_ trial: Trial, _ group: borrowing MemoryGroup) throws(CaseEnd)
    -> UInt64
  {
    do throws(Errno) { return try group.usedKibibytes() } catch {
      throw .error("reading memory.current failed with \(error)")
    }
  }

  /// Memory of the case's own, full of the copied byte, in whole pages of a backing.
  public static func filled(_ trial: Trial, pages count: Int, of backing: Backing) throws(CaseEnd)
    -> AddressRange
  {
    let length = UInt64(count) * backing.pageSize
    let range = try trial.attempt(
      "mmap", try Mapping(anonymous: length, .private).relinquish())
    Memory.fill(range, with: FaultPolicy.copiedByte)
    return range
  }

  private static func expectExists(
    _ trial: Trial, _ tracker: Tracker, _ pages: Pages, _ page: Int, from source: AddressRange,
    _ state: String
  ) throws(CaseEnd) {
    let range = pages.range(page)
    let copied = try tracker.errno { (uffd) throws(Errno) -> Void in
      try uffd.copy(from: source.start, to: range)
    }
    try trial.expect(copied, equals: .exists, "UFFDIO_COPY onto \(state)")
    guard !pages.backing.isHugetlb else { return }
    let zeroed = try tracker.errno { (uffd) throws(Errno) -> Void in try uffd.zeroPage(range) }
    try trial.expect(zeroed, equals: .exists, "UFFDIO_ZEROPAGE onto \(state)")
  }
}
