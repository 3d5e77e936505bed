import GuestKit
import LinuxMM
import UffdWP

/// Three generations that each store to some pages: nobody sees another one's, whoever ends first.
func generations(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial, pages: 6)
  pages.fill()
  let last = pages.count - 1
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    pages.store(0, 0xc0)
    pages.store(last, 0xc5)
    let grandchild = try trial.fork { (trial, inner) throws(CaseEnd) in
      pages.store(1, 0xd1)
      pages.store(last, at: 0x456, 0xd5)
      try inner.turn(try trial.expectIntact(pages, nil, "in the grandchild"))
      try inner.turn(try trial.expectIntact(pages, nil, "in the grandchild at its end"))
    }
    try line.turn(try grandchild.turn("the grandchild looks"))
    pages.store(1, 0xc1)
    pages.store(2, 0xc2)
    try trial.expectIntact(pages, nil, "in the child")
    try line.turn(try grandchild.turn("the grandchild looks again"))
    try grandchild.finish()
    pages.store(3, 0xc3)
    try trial.expectIntact(pages, nil, "in the child after the grandchild's end")
  }
  pages.store(2, 0xa2)
  try child.turn("the grandchild looks")
  pages.store(0, 0xa0)
  pages.store(1, 0xa1)
  pages.store(last, at: 0x789, 0xa5)
  try trial.expectIntact(pages, nil, "beside the others")
  try child.turn("the grandchild looks again")
  try child.finish()
  pages.store(3, 0xa3)
  try trial.expectIntact(pages)
}

/// Two children: one ends, and the other's memory is neither the parent's nor free for its stores.
func siblings(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial)
  pages.fill()
  let before = try frame(trial, pages, 1)
  let elder = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(try trial.expectIntact(pages, nil, "in the first child"))
  }
  let younger = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(_ = pages.load(1))
    try line.turn(try trial.expectIntact(pages, nil, "in the second child"))
    pages.store(2, 0xc2)
    try line.turn(try trial.expectIntact(pages, nil, "in the second child after its store"))
  }
  try younger.turn("the second child maps its pages")
  try elder.turn("the first child looks")
  try elder.finish()
  // Two map the page now: a store must copy it.
  pages.store(1, 0xa1)
  let copy = try frame(trial, pages, 1)
  try trial.expect(
    copy != before || before == 0, expected: "a store copies a page that a child still shares",
    seen: "it stays in frame 0x\(hex(before))")
  try younger.turn("the second child looks")
  try younger.turn("the second child stores")
  try trial.expectIntact(pages, nil, "after the second child's store")
  try younger.finish()
  try trial.expectIntact(pages)
}

/// How a page that was shared becomes the parent's alone again while the child lives on.
enum Ending: String, CaseIterable {
  case munmap, dontneed, store
}

/// A page that the child has given up is not copied for the parent's store.
func reuseBesideChild(_ trial: Trial, _ backing: Backing, _ ending: Ending) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial)
  pages.fill()
  let before = try frame(trial, pages, 1)
  try trial.prove(before != 0, otherwise: "pagemap shows no frame numbers")
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(try giveUp(trial, pages, ending))
    try line.turn(())
  }
  try child.turn("the child gives the pages up")
  try trial.expectCount(
    .exclusive, in: pages, equals: Int(pages.range.length / Memory.pageSize),
    "after \(ending.rawValue)")
  pages.store(1, 0xa1)
  try expectFrame(trial, pages, 1, before)
  if backing == .thp { try proveHuge(trial, pages, "memory stored to") }
  try trial.expectIntact(pages)
  try child.turn("the child ends")
  try child.finish()
}

private func giveUp(_ trial: Trial, _ pages: Pages, _ ending: Ending) throws(CaseEnd) {
  try trial.expectIntact(pages, nil, "in the child")
  switch ending {
  case .munmap: try trial.attempt("munmap", try pages.range.unmap())
  case .dontneed: try trial.attempt("MADV_DONTNEED", try pages.range.advise(.dontNeed))
  case .store:
    for page in 0..<pages.count { pages.store(page, 0xc1) }
    try trial.expectIntact(pages, nil, "in the child after its stores")
  }
}

/// The pool is empty when a private hugetlb page has to be copied: the page's owner gets it, the child loses it.
func ownerFirst(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.hugetlbpriv.map(trial, pages: 1)
  pages.fill()
  let before = try frame(trial, pages, 0)
  let free = try trial.attempt("reading meminfo", try HugePages.available())
  let filler = try Backing.hugetlbpriv.map(trial, pages: Int(free))
  try trial.attempt("MADV_DONTFORK", try filler.range.advise(.dontFork))
  for page in 0..<filler.count { filler.store(page, 1) }
  let left = try trial.attempt("reading meminfo", try HugePages.available())
  try trial.prove(left == 0, otherwise: "\(left) huge pages are left in the pool")
  let place = pages.address(0, at: 0x123)
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(try trial.expectIntact(pages, nil, "in the child"))
    try line.turn(try expectLost(trial, place))
  }
  try child.turn("the child looks at the page")
  pages.store(0, 0xa1)
  try trial.expectIntact(pages, nil, "after the owner's store")
  // With room in the pool the child could get an empty page: its data is lost all the same.
  try trial.attempt("munmap", try filler.range.unmap())
  try child.turn("the child looks again")
  try child.finish()
  try expectFrame(trial, pages, 0, before)
  try trial.expectIntact(pages)
}

private func expectLost(_ trial: Trial, _ place: UInt64) throws(CaseEnd) {
  let access = Memory.tryLoad(place)
  let isLost = if case .busError(_, _) = access { true } else { false }
  try trial.expect(
    isLost, expected: "SIGBUS for the child, whose page the owner took", seen: access.description)
}

/// The counts of huge pages are back where they were when forks, stores and splits are over.
func hugeCounts(_ trial: Trial) throws(CaseEnd) {
  let before = try anonymousHuge(trial)
  for round in 0..<2 {
    let pages = try mapHuge(trial)
    try trial.inChild { (child) throws(CaseEnd) in
      for page in [0, 100, 511] { pages.store(page, 0xc1) }
      try child.expectIntact(pages, nil, "in the child")
    }
    for page in [0, 100, 511] { pages.store(page, 0xa1) }
    if round == 1 { try toggle(trial, pages.range(7)) }
    try trial.expectIntact(pages)
    try trial.attempt("munmap", try pages.range.unmap())
  }
  let after = try anonymousHuge(trial)
  try trial.expect(after, equals: before, "AnonHugePages in kB at the end")
}

/// `AnonHugePages` of the machine, in kB.
private func anonymousHuge(_ trial: Trial) throws(CaseEnd) -> UInt64 {
  // What the child freed on another CPU may be missing (seen on 5.10).
  Counters.fold()
  return try trial.attempt("reading meminfo", try Counters.meminfo("AnonHugePages")) ?? 0
}

/// All parts of huge memory that is pinned at once are the right ones, read and written.
func wholePins(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial, pages: 2)
  let parts = Pages(.anon, at: pages.range)
  parts.fill()
  var ring = try trial.attempt("io_uring", try Ring())
  let all = parts.range
  try trial.attempt("IORING_REGISTER_BUFFERS", try ring.registerBuffer(all))
  let before = try frame(trial, parts, 300)
  try trial.inChild { (child) throws(CaseEnd) in
    parts.store(300, 0xc1)
    try child.expectIntact(parts, nil, "in the child")
  }
  try expectFrame(trial, parts, 300, before)
  let file = try trial.attempt("memfd", try Descriptor(memoryFileOfSize: all.length))
  let done = try trial.attempt("WRITE_FIXED", try ring.write(file, from: all, offset: 0))
  try trial.expect(done, equals: Int(all.length), "bytes of WRITE_FIXED")
  let range = try trial.attempt(
    "mapping the file", try Mapping(file: file, length: all.length, .shared).relinquish())
  let copy = Pages(.shmem, at: range)
  for page in 0..<copy.count { copy.note(page, fullOf: Pages.pattern(page)) }
  try trial.expectIntact(copy, nil, "written through the pin")
  for page in 0..<copy.count {
    Memory.fill(copy.range(page), with: UInt8(truncatingIfNeeded: page &* 7))
  }
  let read = try trial.attempt("READ_FIXED", try ring.read(file, into: all, offset: 0))
  try trial.expect(read, equals: Int(all.length), "bytes of READ_FIXED")
  for page in 0..<parts.count { parts.note(page, fullOf: UInt8(truncatingIfNeeded: page &* 7)) }
  try trial.expectIntact(parts, nil, "read through the pin")
}

@CaseList var families: [Case] {
  Case.each(
    "cow.generations", "of three generations each sees its own stores",
    on: [.anon, .thp, .hugetlbpriv, .shmempriv], needsOn: { room($0) }, body: generations)
  Case.each(
    "cow.siblings", "a page that one of two children still shares is copied",
    on: [.anon, .thp, .hugetlbpriv], needs: [.root], needsOn: { room($0) }, body: siblings)
  for ending in Ending.allCases {
    for backing in [Backing.anon, .thp, .hugetlbpriv]
    where backing != .hugetlbpriv || ending != .dontneed {
      Case(
        "cow.exclusive-reuse/\(backing.rawValue)-\(ending.rawValue)",
        "a page that a living child has given up is not copied again",
        needs: [.root] + room(backing)
      ) { (trial) throws(CaseEnd) in try reuseBesideChild(trial, backing, ending) }
    }
  }
  Case(
    "cow.hugetlb-owner-first", "with an empty pool a private huge page stays its owner's",
    needs: room(.hugetlbpriv), body: ownerFirst)
  Case(
    "cow.huge-counts", "the counts of huge pages are right after forks, stores and splits",
    needs: [.transparentHugePages], body: hugeCounts)
  Case.each(
    "cow.pin-whole-huge", "a pin of all of a huge page is of its parts in order",
    on: [.thp, .hugetlbpriv], needs: [.ioUring, .root], needsOn: { room($0) }, body: wholePins)
}
