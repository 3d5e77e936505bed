import GuestKit
import GuestProtocol
import LinuxMM

/// A child gets the bits of private memory as they are; each side's stores are its own afterwards.
func forkInherits(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  try trial.clearSoftDirty()
  pages.store(1, 0xa1)
  let companion = try trial.fork { (child, line) throws(CaseEnd) in
    try child.expectDirty(pages, "of the child after fork") { $0 == 1 }
    try line.knock()
    try line.wait("the parent's store")
    try child.expectDirty(pages, "of the child after the parent's store") { $0 == 1 }
    pages.store(0, 0xc0)
    for page in 4..<8 { pages.load(page) }
    try child.expectDirty(pages, "of the child after its store to 0") { $0 == 0 || $0 == 1 }
    try child.expectIntact(pages)
    try line.knock()
    try line.wait("the end")
  }
  try companion.wait("the child's first look")
  try trial.expectDirty(pages, "of the parent after fork") { $0 == 1 }
  pages.store(2, 0xa2)
  try trial.expectDirty(pages, "of the parent after its store to 2") { $0 == 1 || $0 == 2 }
  try companion.line.knock()
  try companion.wait("the child's store")
  try trial.expectDirty(pages, "of the parent after the child's store") { $0 == 1 || $0 == 2 }
  try companion.line.knock()
  try companion.finish()
  try trial.expectIntact(pages)
}

/// The page of its own that a process gets when it is read through a pin is as dirty as the shared one was.
func unshareKeeps(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 8)
  pages.fill()
  try trial.clearSoftDirty()
  for page in [1, 2, 7] { pages.store(page, UInt8(0xa0 + page)) }
  let child = try trial.fork { (child, line) throws(CaseEnd) in
    try line.wait("the parent has looked")
    try child.expectDirty(pages, "of the child") { [1, 2, 7].contains($0) }
    try child.expectIntact(pages, nil, "in the child")
  }
  let before = try pages.pagemap(trial).map { $0.frame }
  for page in 0..<8 {
    try trial.expectSuccess(
      of: "process_vm_readv",
      try RemoteMemory.read(
        count: 8, from: pages.address(page), ofProcess: System.processID
      ).count)
  }
  let after = try pages.pagemap(trial).map { $0.frame }
  let copied = (0..<8).filter { before[$0] != after[$0] }.count
  trial.evidence("copied", copied)
  try trial.expectDirty(pages, "after a pinning read") { [1, 2, 7].contains($0) }
  pages.store(4, 0xa4)
  try trial.expectDirty(pages, "after a store to page 4") { [1, 2, 4, 7].contains($0) }
  try child.line.knock()
  try child.finish()
  try trial.expectIntact(pages)
  guard copied > 0 else {
    try trial.skip(.feature, "a pinning read copied none of 8 shared pages (Linux 5.19)")
  }
}

/// A child's page tables have nothing of shared memory yet: nothing of it is dirty there.
func forkShared(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.shmem.map(trial)
  pages.fill()
  try trial.clearSoftDirty()
  pages.store(1, 0xa1)
  try trial.inChild { (child) throws(CaseEnd) in
    try child.expectPagemap(pages, 0..<4, "-", "of the child after fork", softDirty: true)
    pages.load(1)
    pages.store(3, 0xc3)
    try child.expectDirty(pages, "of the child after its store to 3") { $0 == 3 }
    try child.expectIntact(pages)
  }
  pages.note(3, at: 0x123, 0xc3)
  try trial.expectDirty(pages, "of the parent after the child's store") { $0 == 1 }
  pages.store(2, 0xa2)
  try trial.expectDirty(pages, "of the parent after its store to 2") { $0 == 1 || $0 == 2 }
  try trial.expectIntact(pages)
}

/// Pages that are out at fork stay what they are on both sides.
func forkSwapped(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  try trial.clearSoftDirty()
  pages.store(1, 0xa1)
  try trial.pageOut(pages)
  try trial.inChild { (child) throws(CaseEnd) in
    try child.expectDirty(pages, "of the child, out") { $0 == 1 }
    for page in 0..<3 { pages.load(page) }
    try child.expectDirty(pages, "of the child, in again") { $0 == 1 }
    pages.store(2, 0xc2)
    try child.expectDirty(pages, "of the child after a store to 2") { $0 == 1 || $0 == 2 }
    try child.expectIntact(pages)
  }
  try trial.expectDirty(pages, "of the parent, out") { $0 == 1 }
  for page in 0..<4 { pages.load(page) }
  try trial.expectDirty(pages, "of the parent, in again") { $0 == 1 }
  pages.store(3, 0xa3)
  try trial.expectDirty(pages, "of the parent after a store to 3") { $0 == 1 || $0 == 3 }
  try trial.expectIntact(pages)
}

/// A huge page's bit is inherited, set or not.
func forkHuge(_ trial: Trial) throws(CaseEnd) {
  let dirty = try hugeArea(trial)
  let clean = try hugeArea(trial)
  try trial.clearSoftDirty()
  dirty.store(7, 0xa7)
  try trial.inChild { (child) throws(CaseEnd) in
    try child.expectAllDirty(dirty, "of the child after fork")
    try child.expectClean(clean, "of the child after fork")
    clean.store(9, 0xc9)
    let bits = try clean.bits(child, 9)
    try child.expect(
      bits.contains(.softDirty), expected: "d after the child's store", seen: bits.description)
    try child.expectIntact(clean)
  }
  try trial.expectAllDirty(dirty, "of the parent after fork")
  try trial.expectClean(clean, "of the parent after the child's store")
  clean.store(8, 0xa8)
  let bits = try clean.bits(trial, 8)
  try trial.expect(
    bits.contains(.softDirty), expected: "d after the parent's store", seen: bits.description)
  try trial.expectIntact(clean)
}

/// Two trackers of soft-dirty take each other's bits away; of userfaultfd there is only one.
func twoTrackers(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let tracked = System.processID
  try trial.clearSoftDirty()
  pages.store(1, 0xa1)
  try trial.expectDirty(pages, "for the first tracker") { $0 == 1 }
  try trial.inChild { (child) throws(CaseEnd) in
    try child.attempt("clear_refs of the parent", try SoftDirty.clear(ofProcess: tracked))
    try child.expectDirty(pages, "of the second tracker itself") { $0 == 1 }
  }
  try trial.expectClean(pages, "after the second tracker's clear_refs")
  pages.store(2, 0xa2)
  try trial.expectDirty(pages, "after a store to 2") { $0 == 2 }

  let first = try Tracker(trial, of: pages)
  try first.protect(pages)
  let second = try Tracker(trial)
  let range = pages.range
  let refused = try second.errno { (uffd) throws(Errno) -> Void in
    try uffd.register(range, for: .writeProtect)
  }
  try trial.expect(refused, equals: .busy, "registering memory that another userfaultfd tracks")
  try trial.expectWriteFault(first, pages, 1, "a store after that", pages.store(1, 0xb1))
  try trial.expectIntact(pages)
}

/// userfaultfd and soft-dirty track the same memory without getting in each other's way.
func withUserfaultfd(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<3)
  try trial.clearSoftDirty()
  try trial.expectPagemap(pages, 0..<3, plain + "W", "after clear_refs", softDirty: true)
  try trial.expectPagemap(pages, 3, plain, "after clear_refs", softDirty: true)
  for page in 0..<4 { pages.load(page) }
  try trial.expectWriteFault(tracker, pages, 0, "a store", pages.store(0, 0xa0))
  try trial.expectPagemap(pages, 0, plain + "d", "after its fault", softDirty: true)
  try trial.expectPagemap(pages, 1..<3, plain + "W", "beside the store", softDirty: true)

  try tracker.unprotect(pages, 1)
  try trial.expectPagemap(pages, 1, plain, "unprotected", softDirty: true)
  try trial.expectNoEvent(tracker, "a store to the unprotected page", pages.store(1, 0xa1))
  try trial.expectPagemap(pages, 1, plain + "d", "unprotected, stored to", softDirty: true)
  try trial.expectNoEvent(tracker, "a store to the page never protected", pages.store(3, 0xa3))
  try trial.expectDirty(pages, "after stores to 0 1 3") { $0 != 2 }

  try trial.clearSoftDirty()
  try tracker.protect(pages, 1)
  try trial.expectPagemap(pages, 1..<3, plain + "W", "protected again", softDirty: true)
  try trial.expectNoEvent(tracker, "a store beside it", pages.store(0, 0xb0))
  try trial.expectWriteFault(tracker, pages, 1, "a store", pages.store(1, 0xb1))
  try trial.expectDirty(pages, "after stores to 0 1") { $0 < 2 }
  try tracker.unregister(pages)
  try trial.expectDirty(pages, "after unregistering") { $0 < 2 }
  pages.store(2, 0xb2)
  try trial.expectDirty(pages, "after a store to 2") { $0 < 3 }
  try trial.expectIntact(pages)
}

/// A page pinned for others' writes stays soft-dirty through clear_refs: nobody would notice those writes.
func pinnedStaysDirty(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  var ring = try trial.attempt("io_uring_setup", try Ring())
  do throws(Errno) { try ring.registerBuffer(pages.range(1..<3)) } catch {
    throw .error("registering a fixed buffer failed with \(error)")
  }
  try trial.clearSoftDirty()
  try trial.expectDirty(pages, "after clear_refs, 1 2 pinned") { $0 == 1 || $0 == 2 }
  pages.store(0, 0xa0)
  pages.store(1, 0xa1)
  try trial.expectDirty(pages, "after stores to 0 1") { $0 < 3 }
  do throws(Errno) { try ring.unregisterBuffer() } catch {
    throw .error("unregistering the fixed buffer failed with \(error)")
  }
  try expectUnpinned(trial, pages)
  pages.store(2, 0xa2)
  try trial.expectDirty(pages, "after a store to 2, no more pinned") { $0 == 2 }
  try trial.expectIntact(pages)
}

/// io_uring lets its pages go a moment after it says so.
private func expectUnpinned(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  for _ in 0..<200 {
    try trial.clearSoftDirty()
    if try trial.count(.softDirty, in: pages) == 0 { return }
    System.sleep(milliseconds: 10)
  }
  try trial.expectClean(pages, "2 s after the buffer was unregistered, and clear_refs")
}

/// hugetlb memory is not tracked: after clear_refs a store leaves no trace in pagemap.
func hugetlbUntracked(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.hugetlb.map(trial, pages: 2)
  pages.fill()
  try trial.expectCount(.softDirty, in: pages, equals: 2 * perHuge, "in a new mapping")
  try trial.clearSoftDirty()
  try trial.expectPagemap(pages, 0..<2, "PFX", "after clear_refs", softDirty: true)
  pages.store(1, 0xa1)
  try trial.expectPagemap(pages, 0..<2, "PFX", "after a store", softDirty: true)
  try trial.expectIntact(pages)
  var scan = PagemapScan()
  scan.all = .softDirty
  scan.returned = .softDirty
  do throws(Errno) {
    let answer = try scan.scan(try Pagemap(), from: pages.range.start, to: pages.range.end)
    let bytes = answer.regions.reduce(0) { $0 + $1.range.length }
    trial.evidence("pagemap_scan_soft_dirty_pages", bytes / Memory.pageSize)
  } catch { trial.evidence("pagemap_scan", error.description) }
}

/// Memory that userfaultfd fills or moves is soft-dirty: its content is new.
func filledIsDirty(_ trial: Trial, moving: Bool) throws(CaseEnd) {
  let source = try Backing.anon.map(trial, pages: 1)
  source.fill()
  let pages = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: pages, for: .missing)
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  let (from, to) = (source.address(0), pages.range(1))
  try tracker.call(moving ? "UFFDIO_MOVE" : "UFFDIO_COPY") { (uffd) throws(Errno) -> Void in
    if moving { try uffd.move(from: from, to: to) } else { try uffd.copy(from: from, to: to) }
  }
  pages.note(1, fullOf: Pages.pattern(0))
  try trial.expectDirty(pages, "after filling page 1") { $0 == 1 }
  try trial.expectIntact(pages, 1..<2)
}
