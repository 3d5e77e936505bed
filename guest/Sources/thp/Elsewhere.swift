import GuestKit
import LinuxMM

/// A huge page that moves to another node stays huge and protected.
func movesNode(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  let frame = try pages.pagemap(trial, 0..<1)[0].frame
  let node = try trial.attempt("asking for the node", try Numa.node(of: pages.address(0)))
  var landed = node
  for attempt in 1...4 where landed == node {
    do throws(Errno) { landed = try Numa.move(pageAt: pages.address(0), to: 1 - node) } catch {
      // Pages in another CPU's batch are busy, and a node may lack a free huge page.
      trial.evidence("move_\(attempt)", error)
      try trial.attempt("compact_memory", try System.drainPageLists())
    }
  }
  try trial.prove(landed == 1 - node, otherwise: "the huge page stays on node \(landed)")
  try trial.prove(
    try pages.pagemap(trial, 0..<1)[0].frame != frame, otherwise: "the frame did not change")
  try trial.prove(
    try pages.smaps(trial, "AnonHugePages") == hugeKibibytes,
    otherwise: "the huge page was split to be moved")
  try trial.expectPagemap(pages, 0..<perHuge, "PXW", "on the other node")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(1))
  try trial.expectIntact(pages, nil, "on the other node")
  try trial.expectWriteFaults(tracker, pages, "a store to each page")
  try trial.expectIntact(pages)
}

/// Moved by mremap as a whole, a huge page stays huge; its protection goes along only with events.
func movesAddress(_ trial: Trial, withEvent: Bool) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try Tracker(trial, of: pages, features: withEvent ? .eventRemap : [])
  try tracker.protect(pages)
  try trial.expectEvents(withEvent ? [.remap] : [], tracker, "mremap", try pages.move(trial))
  try trial.prove(
    try pages.smaps(trial, "AnonHugePages") == hugeKibibytes,
    otherwise: "the huge page was split to be moved")
  try trial.expectProtected(pages, "at the new address") { _ in withEvent }
  let isRegistered = try trial.attempt("reading smaps", try Smaps(pages.range)).allHave(flag: "uw")
  try trial.expect(isRegistered, equals: withEvent, "VmFlags uw at the new address")
  guard !withEvent else {
    try trial.expectWriteFaults(tracker, pages, "stores at the new address")
    return try trial.expectIntact(pages)
  }
  // A bit left behind would bite as soon as somebody registers the new place.
  try tracker.register(pages)
  try trial.expectProtected(pages, "registered again") { _ in false }
  try trial.expectWriteFaults(tracker, pages, "stores at the new address") { _ in false }
  try trial.expectHuge(pages, 1, "after the stores")
  try trial.expectIntact(pages)
}

/// A pinned page of a huge page stays where it is through fork, both sides' stores, zap and page-out.
func pinnedSubpage(_ trial: Trial) throws(CaseEnd) {
  let pinned = 20
  let pages = try hugeArea(trial)
  var ring = try trial.attempt("an io_uring", try Ring())
  do throws(Errno) { try ring.registerBuffer(pages.range(pinned)) } catch {
    throw .error("registering a buffer failed with \(error)")
  }
  let frame = try pages.pagemap(trial, pinned..<(pinned + 1))[0].frame
  try trial.inChild("the child's stores end") { (child) throws(CaseEnd) in
    try child.expectIntact(pages, nil, "in the child")
    for page in [0, pinned, 21, 511] { pages.store(page, 0xee) }
    try child.expectIntact(pages, nil, "in the child after its stores")
  }
  try trial.proveSplit(pages, "a fork with a pinned page")
  try trial.expectIntact(pages, nil, "after the child's stores")
  for page in [0, pinned, 21, 511] { pages.store(page, 0xdd) }
  let now = try pages.pagemap(trial, pinned..<(pinned + 1))[0].frame
  try trial.expect(
    now == frame, expected: "the pinned page in frame 0x\(hex(frame))",
    seen: "the pinned page in frame 0x\(hex(now))")
  let file = try trial.attempt("a memory file", try Descriptor(memoryFileOfSize: 8192))
  do throws(Errno) { _ = try ring.write(file, from: pages.range(pinned), offset: 0) } catch {
    throw .error("writing from the pinned page failed with \(error)")
  }
  let sent = try trial.attempt("reading the file", try file.read(count: 1, at: 0x123))
  try trial.expect(sent[0], equals: 0xdd, "the byte sent from the pinned page")

  try trial.attempt("MADV_DONTNEED", try pages.range(0..<4).advise(.dontNeed))
  for page in 0..<4 { pages.note(page, fullOf: 0) }
  try trial.attempt("MADV_PAGEOUT", try pages.range.advise(.pageOut))
  try trial.attempt("filling the file", try file.write([0xcc], at: 0x123))
  do throws(Errno) { _ = try ring.read(file, into: pages.range(pinned), offset: 0) } catch {
    throw .error("reading into the pinned page failed with \(error)")
  }
  pages.note(pinned, at: 0x123, 0xcc)
  try trial.expectIntact(pages)
}

/// A pinned page of a huge page that is split by its own unprotecting is still the pinned one.
func pinSurvivesSplit(_ trial: Trial) throws(CaseEnd) {
  let pinned = 20
  let pages = try hugeArea(trial)
  var ring = try trial.attempt("an io_uring", try Ring())
  do throws(Errno) { try ring.registerBuffer(pages.range(pinned)) } catch {
    throw .error("registering a buffer failed with \(error)")
  }
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try tracker.unprotect(pages, pinned)
  try trial.proveSplit(pages, "unprotecting one page")
  let before = try pages.pagemap(trial, pinned..<(pinned + 1))[0].frame
  try trial.expectNoEvent(tracker, "a store to the pinned page", pages.store(pinned, 0xd1))
  try trial.expectWriteFault(tracker, pages, 21, "a store to the next", pages.store(21, 0xd2))
  let after = try pages.pagemap(trial, pinned..<(pinned + 1))[0].frame
  try trial.expect(
    after == before, expected: "the pinned page in frame 0x\(hex(before))",
    seen: "the pinned page in frame 0x\(hex(after))")
  let file = try trial.attempt("a memory file", try Descriptor(memoryFileOfSize: 4096))
  do throws(Errno) { _ = try ring.write(file, from: pages.range(pinned), offset: 0) } catch {
    throw .error("writing from the pinned page failed with \(error)")
  }
  let sent = try trial.attempt("reading the file", try file.read(count: 1, at: 0x123))
  try trial.expect(sent[0], equals: 0xd1, "the byte sent from the pinned page")
  try trial.expectIntact(pages)
}

/// Whole page tables of small pages move by mremap; their protection goes along only with events.
func tablesMove(_ trial: Trial, withEvent: Bool) throws(CaseEnd) {
  let pages = try smallArea(trial, areas: 2)
  let tracker = try Tracker(trial, of: pages, features: withEvent ? .eventRemap : [])
  try tracker.protect(pages, 0..<perHuge)
  try trial.expectEvents(withEvent ? [.remap] : [], tracker, "mremap", try pages.move(trial))
  try trial.expectProtected(pages, "at the new address") { withEvent && $0 < perHuge }
  if !withEvent { try tracker.register(pages) }
  try trial.expectWriteFaults(tracker, pages, "stores at the new address") {
    withEvent && $0 < perHuge
  }
  try trial.expectIntact(pages)
}
