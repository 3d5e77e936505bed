import GuestKit
import LinuxMM
import UffdWP

// Pages in every state that move: in swap, protected, the zero page, huge, over page tables' ends.

/// Two areas of so many pages, both registered: `source` is full, `target` empty.
private func areas(
  _ trial: Trial, _ backing: Backing = .anon, pages: Int = 4
) throws(CaseEnd) -> (source: Pages, target: Pages, tracker: Tracker) {
  let source = try backing.map(trial, pages: pages)
  source.fill()
  let target = try backing.map(trial, pages: pages)
  let modes: Userfaultfd.Modes = [.missing, .writeProtect]
  let tracker = try Tracker(trial, of: target, for: modes)
  try tracker.register(source, for: modes)
  return (source, target, tracker)
}

/// Moves pages to the same place in the target; books what they hold over.
private func move(
  _ trial: Trial, _ tracker: Tracker, _ source: Pages, to target: Pages, _ some: Range<Int>,
  allowHoles: Bool = false
) throws(CaseEnd) {
  let to = target.range(some)
  let seen = try tracker.fill(
    .move, to, from: source.address(some.lowerBound), rawMode: allowHoles ? 2 : 0)
  try trial.expectFilled(
    seen, all: to.length, "UFFDIO_MOVE of pages \(some.lowerBound)..<\(some.upperBound)")
  for page in some { target.note(page, fullOf: source.expected(page, at: 0)) }
}

/// A page in swap moves as what it is: it stays in swap, and so does its protection.
func moveSwapped(_ trial: Trial) throws(CaseEnd) {
  let (source, target, tracker) = try areas(trial, pages: 6)
  try tracker.protect(source, 0..<2)
  try trial.pageOut(source, 0..<4)
  try trial.expectPagemap(source, 0..<2, "SW", "protected and swapped out")
  let inSwap = try source.smaps(trial, "Swap")
  let whole = try trial.attempt("reading status", try Counters.process("VmSwap")) ?? 0
  try move(trial, tracker, source, to: target, 0..<5)
  try trial.expectPagemap(source, 0..<5, "-", "where moved pages were")
  try trial.expectPagemap(target, 0..<2, "SW", "protected, swapped out and moved")
  try trial.expectPagemap(target, 2..<4, "S", "swapped out and moved")
  try trial.expectPagemap(target, 4, "PX", "moved from memory")
  try trial.expect(try target.smaps(trial, "Swap"), equals: inSwap, "Swap of the target in kB")
  try trial.expect(try source.smaps(trial, "Swap"), equals: 0, "Swap of the source in kB")
  let after = try trial.attempt("reading status", try Counters.process("VmSwap")) ?? 0
  trial.evidence("vmswap_kib", "\(whole) then \(after)")
  try trial.expectNoEvent(tracker, "a load from a moved page", _ = target.load(0))
  try trial.expectPagemap(target, 0, "PXW", "swapped in")
  try trial.expectWriteFault(tracker, target, 0, "a store to it", target.store(0, 0x41))
  try trial.expectWriteFault(tracker, target, 1, "a store to one in swap", target.store(1, 0x42))
  try trial.expectNoEvent(tracker, "a store to a plain one in swap", target.store(2, 0x43))
  // It is as much one's own as before: it can go back.
  try trial.expectPagemap(target, 3, "S", "swapped out and moved")
  try move(trial, tracker, target, to: source, 3..<4)
  try trial.expectPagemap(source, 3, "S", "moved there and back")
  try trial.expectIntact(source, 3..<4)
  try trial.expectIntact(target, 0..<3)
  try trial.expectIntact(target, 4..<5)
  try trial.expectEvents([.missing], tracker, "a load where it was", _ = source.load(2))
  try trial.expectPagemap(source, 5, "PX", "not moved")
}

/// A protected page that moves stays protected.
func movePreservesProtection(_ trial: Trial) throws(CaseEnd) {
  let (source, target, tracker) = try areas(trial)
  try tracker.protect(source, 0..<2)
  try move(trial, tracker, source, to: target, 0..<4)
  try trial.expectPagemap(target, 2..<4, "PX", "moved, never protected")
  try trial.expectPagemap(target, 0..<2, "PXW", "protected and moved")
  try trial.expectWriteFaults(tracker, target, "stores to moved pages") { $0 < 2 }
  try trial.expectIntact(target)
}

/// The zero page moves as the zero page, and a hole as a hole, where holes are allowed.
func moveZeroPage(_ trial: Trial) throws(CaseEnd) {
  let source = try Backing.anon.map(trial)
  source.fill(3..<4)
  source.load(0)
  source.load(1)
  try trial.expectPagemap(source, 0..<2, "P", "the zero page")
  let target = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: target, for: .missing)
  try move(trial, tracker, source, to: target, 0..<4, allowHoles: true)
  try trial.expectPagemap(target, 0..<2, "P", "the zero page, moved")
  try trial.expectPagemap(target, 2, "-", "where a hole was moved to")
  try trial.expectPagemap(target, 3, "PX", "moved")
  try trial.expectPagemap(source, 0..<4, "-", "where moved pages were")
  try trial.expectNoEvent(tracker, "a store to the zero page", target.store(0, 0x44))
  try trial.expectPagemap(target, 0, "PX", "after the store")
  try trial.expectEvents([.missing], tracker, "a load from the hole", _ = target.load(2))
  target.note(2, fullOf: FaultPolicy.copiedByte)
  source.store(0, 0x45)
  source.note(3, fullOf: 0)
  try trial.expectIntact(target)
  try trial.expectIntact(source)
}

/// A whole huge page moves as one, to a place as aligned; what is left behind is a hole.
func moveHuge(_ trial: Trial) throws(CaseEnd) {
  let (source, target, tracker) = try areas(trial, .thp, pages: 512)
  try proveHuge(trial, source)
  let frame = try source.pagemap(trial, 0..<1)[0].frame
  try move(trial, tracker, source, to: target, 0..<512)
  try trial.expect(try target.smaps(trial, "AnonHugePages"), equals: 2048, "AnonHugePages, moved")
  try trial.expect(try source.smaps(trial, "Rss"), equals: 0, "Rss where it was, in kB")
  try trial.expect(try target.pagemap(trial, 0..<1)[0].frame, equals: frame, "the frame, moved")
  try trial.expectPagemap(source, 0..<512, "-", "where it was")
  try trial.expectNoEvent(tracker, "a store to it", target.store(300, 0x46))
  try trial.expectIntact(target)
  try trial.expectEvents([.missing], tracker, "a load where it was", _ = source.load(7))
}

/// One page out of a huge page splits it; the others stay and are what they were.
func moveHugePart(_ trial: Trial, _ part: Int) throws(CaseEnd) {
  let (source, target, tracker) = try areas(trial, .thp, pages: 512)
  try proveHuge(trial, source)
  try move(trial, tracker, source, to: target, part..<(part + 1))
  try trial.expect(try source.smaps(trial, "AnonHugePages"), equals: 0, "AnonHugePages, torn")
  try trial.expectPagemap(source, part, "-", "where the moved part was")
  try trial.expectPagemap(source, 0..<part, "PX", "before it")
  try trial.expectPagemap(source, (part + 1)..<512, "PX", "behind it")
  try trial.expectPagemap(target, part, "PX", "moved")
  try trial.expectCount(.present, in: target, equals: 1, "in the target")
  try trial.expectIntact(target, part..<(part + 1))
  try trial.expectIntact(source, 0..<part)
  try trial.expectIntact(source, (part + 1)..<512)
  try trial.expectNoEvent(tracker, "a store to what stayed", source.store(part + 1, 0x47))
}

/// A huge page moves as far as the target is empty, and says how far.
func moveHugeOccupied(_ trial: Trial) throws(CaseEnd) {
  let (source, target, tracker) = try areas(trial, .thp, pages: 512)
  try proveHuge(trial, source)
  let page = try Fills.filled(trial, pages: 1, of: .anon).start
  try trial.expectFilled(
    try tracker.fill(.copy, target.range(100), from: page), all: Memory.pageSize, "UFFDIO_COPY")
  target.note(100, fullOf: FaultPolicy.copiedByte)
  let seen = try tracker.fill(.move, target.range, from: source.address(0))
  try trial.expectFilled(seen, part: 100 * Memory.pageSize, "UFFDIO_MOVE up to a page")
  for page in 0..<100 { target.note(page, fullOf: Pages.pattern(page)) }
  try trial.expectPagemap(source, 0..<100, "-", "what was moved")
  try trial.expectPagemap(source, 100..<512, "PX", "what was not moved")
  try trial.expectCount(.present, in: target, equals: 101, "in the target")
  try trial.expectIntact(target, 0..<101)
  try trial.expectIntact(source, 100..<512)
}

private func proveHuge(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  let huge = try pages.smaps(trial, "AnonHugePages")
  try trial.prove(huge == 2048, otherwise: "AnonHugePages is \(huge) kB")
}

/// A long range of all kinds of pages moves over page tables' ends, each page as what it is.
func moveTables(_ trial: Trial) throws(CaseEnd) {
  let perTable = Int(Memory.hugePageSize / Memory.pageSize)
  let count = 3 * perTable
  let source = try Backing.anon.map(trial, pages: count)
  let target = try Backing.anon.map(trial, pages: count)
  let tracker = try Tracker(trial, of: target, for: .missing)
  // Ends of tables lie somewhere, but every 512 pages: pages around all of two strides are there.
  let filled = [0..<24, (perTable - 24)..<(perTable + 24), (count - 40)..<count]
  for some in filled { source.fill(some) }
  let swapped = (perTable - 8)..<(perTable + 8)
  try trial.pageOut(source, swapped)
  source.load(60)
  source.load(count - 60)
  var letters = [String](repeating: "-", count: count)
  for some in filled { for page in some { letters[page] = "PX" } }
  for page in swapped { letters[page] = "S" }
  letters[60] = "P"
  letters[count - 60] = "P"
  try expectLetters(trial, source, letters, "before the move")

  let first = filled[0]
  let seen = try tracker.fill(.move, target.range, from: source.address(0))
  try trial.expectFilled(
    seen, part: UInt64(first.count) * Memory.pageSize, "UFFDIO_MOVE up to a hole")
  for page in first { target.note(page, fullOf: Pages.pattern(page)) }
  try trial.expectPagemap(source, first, "-", "moved before the hole")
  try move(trial, tracker, source, to: target, first.upperBound..<count, allowHoles: true)
  try trial.expectCount(.present, in: source, equals: 0, "where all was moved from")
  try trial.expectCount(.swapped, in: source, equals: 0, "where all was moved from")
  try expectLetters(trial, target, letters, "after the move")
  for some in filled { try trial.expectIntact(target, some) }
  try trial.expectNoEvent(tracker, "a store to one in swap", target.store(perTable, 0x48))
  try trial.expectIntact(target, perTable..<(perTable + 1))
}

private func expectLetters(
  _ trial: Trial, _ pages: Pages, _ letters: [String], _ when: String
) throws(CaseEnd) {
  var start = 0
  for page in 1...pages.count where page == pages.count || !isSame(letters[page], letters[start]) {
    try trial.expectPagemap(pages, start..<page, letters[start], when)
    start = page
  }
}

/// Whoever looks for a moved page finds it at its new address: it can be swapped out from there.
func moveThenSwap(_ trial: Trial) throws(CaseEnd) {
  let (source, target, tracker) = try areas(trial, pages: 8)
  let other = try Fills.filled(trial, pages: 4, of: .anon).start
  try move(trial, tracker, source, to: target, 0..<4)
  try trial.expectFilled(
    try tracker.fill(.copy, target.range(4..<8), from: other), all: 4 * Memory.pageSize,
    "UFFDIO_COPY")
  for page in 4..<8 { target.note(page, fullOf: FaultPolicy.copiedByte) }
  try trial.pageOut(target, 4..<8)
  var left = 4
  for _ in 0..<6 where left > 0 {
    try trial.attempt("MADV_PAGEOUT", try target.range(0..<4).advise(.pageOut))
    left = try trial.count(.present, in: target, 0..<4)
    if left > 0 { try trial.attempt("compact_memory", try System.drainPageLists()) }
  }
  try trial.expect(left, equals: 0, "moved pages that cannot be swapped out, as copied ones can")
  try trial.expectPagemap(target, 0..<4, "S", "moved and swapped out")
  try trial.expectIntact(target)
  try trial.expectNoEvent(tracker, "a store to a moved page", target.store(1, 0x49))
  try trial.expectIntact(target)
}

/// A moved page is soft-dirty: something new is at its address.
func moveSoftDirty(_ trial: Trial) throws(CaseEnd) {
  let (source, target, tracker) = try areas(trial)
  try trial.pageOut(source, 2..<4)
  try trial.attempt("clear_refs", try SoftDirty.clear())
  let isSet = try trial.count(.softDirty, in: source) > 0
  try trial.prove(!isSet, otherwise: "clear_refs left a page soft-dirty")
  try move(trial, tracker, source, to: target, 0..<4)
  try trial.expectPagemap(target, 0..<2, "PXd", "moved", softDirty: true)
  try trial.expectPagemap(target, 2..<4, "Sd", "swapped out and moved", softDirty: true)
  try trial.expectIntact(target)
}

/// A thread that waits for a missing page goes on with the one that is moved there, and not before.
func moveWakes(_ trial: Trial) throws(CaseEnd) {
  let source = try Backing.anon.map(trial)
  source.fill()
  let target = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: target, for: .missing, policy: .observing)
  let writers = [
    try Writer(trial, to: target.address(0, at: 0x10), 0x51),
    try Writer(trial, to: target.address(1), 0x52),
  ]
  try trial.expect(
    tracker.log.wait(for: 2), expected: "two missing faults", seen: "\(tracker.log.count) events")
  let seen = try tracker.fill(.move, target.range(0), from: source.address(0), rawMode: 1)
  try trial.expectFilled(seen, all: Memory.pageSize, "UFFDIO_MOVE in mode DONTWAKE")
  try writers[0].expectBlocked(trial, "after a move in mode DONTWAKE")
  let first = target.range(0)
  try tracker.call("UFFDIO_WAKE") { (uffd) throws(Errno) in try uffd.wake(first) }
  try writers[0].expectDone(trial, "after UFFDIO_WAKE")
  try writers[1].expectBlocked(trial, "while only its neighbour was moved and woken")
  let next = try tracker.fill(.move, target.range(1), from: source.address(1))
  try trial.expectFilled(next, all: Memory.pageSize, "UFFDIO_MOVE")
  try writers[1].expectDone(trial, "after UFFDIO_MOVE")
  for page in 0..<2 { target.note(page, fullOf: Pages.pattern(page)) }
  target.note(0, at: 0x10, 0x51)
  target.note(1, at: 0, 0x52)
  try trial.expectIntact(target, 0..<2)
}
