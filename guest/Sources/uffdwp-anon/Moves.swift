import GuestKit
import LinuxMM

/// `UFFDIO_MOVE` makes the page itself, not a copy, appear at the new address and leaves a hole at the old.
func moveBasic(_ trial: Trial) throws(CaseEnd) {
  let (source, target, tracker) = try moveAreas(trial)
  let before = try source.pagemap(trial).map { $0.frame }
  let error = try move(tracker, source, to: target, 0..<2)
  try trial.expect(error, equals: nil, "UFFDIO_MOVE of 2 pages")
  for page in 0..<2 {
    target.note(page, fullOf: Pages.pattern(page))
    source.note(page, fullOf: 0)
  }
  try trial.expectPagemap(target, 0..<2, "PX", "moved")
  try trial.expectPagemap(source, 0..<2, "-", "where moved pages were")
  try trial.expectPagemap(source, 2..<4, "PX", "not moved")
  let after = try target.pagemap(trial, 0..<2).map { $0.frame }
  let isSame = (0..<2).allSatisfy { after[$0] == before[$0] }
  try trial.expect(isSame, expected: "the same frames at the new address", seen: "others")
  try trial.expectNoEvent(tracker, "a store to a moved page", target.store(0, 0x41))
  try trial.expectEvents([.missing], tracker, "a load beside them", _ = target.load(2))
  target.note(2, fullOf: FaultPolicy.copiedByte)
  try trial.expectIntact(source)
  try trial.expectIntact(target, 0..<3)
}

/// A page is not moved over another one, and a hole is moved only where that is allowed.
func moveErrors(_ trial: Trial) throws(CaseEnd) {
  let (source, target, tracker) = try moveAreas(trial)
  let mark = tracker.log.count
  target.load(3)
  try trial.expectEvents([.missing], in: tracker, after: mark, "a load from the target")
  target.note(3, fullOf: FaultPolicy.copiedByte)
  try trial.expect(
    try move(tracker, source, to: target, 3..<4), equals: .exists, "UFFDIO_MOVE over a page")
  try trial.attempt("MADV_DONTNEED", try source.range(1).advise(.dontNeed))
  source.note(1, fullOf: 0)
  try trial.expect(
    try move(tracker, source, to: target, 1..<2), equals: .noEntry, "UFFDIO_MOVE of a hole")
  let hole = source.range(1)
  let there = target.range(1)
  let error = try tracker.errno { (uffd) throws(Errno) -> Void in
    try uffd.move(from: hole.start, to: there, allowHoles: true)
  }
  try trial.expect(error, equals: nil, "UFFDIO_MOVE of a hole that is allowed")
  let outside = source.range(0)
  let unregistered = try tracker.errno { (uffd) throws(Errno) -> Void in
    try uffd.move(from: target.address(3), to: outside)
  }
  try trial.expect(
    unregistered != nil, expected: "an error from UFFDIO_MOVE to memory without a tracker",
    seen: "success")
  try trial.expectIntact(source)
  try trial.expectIntact(target, 3..<4)
}

/// A page pinned for others' writes stays where it is: they go on writing to it.
func movePinned(_ trial: Trial) throws(CaseEnd) {
  let (source, target, tracker) = try moveAreas(trial)
  var ring = try trial.attempt("io_uring", try Ring())
  let buffer = AddressRange(start: source.address(1), length: 512)
  try trial.attempt("IORING_REGISTER_BUFFERS", try ring.registerBuffer(buffer))
  let before = try source.pagemap(trial, 1..<2)[0].frame
  try trial.expect(
    try move(tracker, source, to: target, 1..<2), equals: .busy, "UFFDIO_MOVE of a pinned page")
  try trial.expectPagemap(source, 1, "PX", "pinned, after a refused move")
  let after = try source.pagemap(trial, 1..<2)[0].frame
  try trial.expect(after, equals: before, "the frame of the pinned page")
  try trial.expectNoEvent(tracker, "a store to it", source.store(1, 0x42))
  try trial.expectIntact(source)
  try trial.attempt("IORING_UNREGISTER_BUFFERS", try ring.unregisterBuffer())
  try trial.expect(
    try move(tracker, source, to: target, 0..<1), equals: nil, "UFFDIO_MOVE of its neighbour")
}

/// A page that a child still sees stays where it is: a moved one would be written to by both.
func moveShared(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? 512 : 4
  let source = try backing.map(trial, pages: pages)
  source.fill()
  if backing == .thp {
    let huge = try source.smaps(trial, "AnonHugePages")
    try trial.prove(huge == 2048, otherwise: "no transparent huge page came")
  }
  let target = try backing.map(trial, pages: pages)
  let tracker = try Tracker(trial, of: target, for: .missing)
  let child = try trial.fork { (child, line) throws(CaseEnd) in
    try line.knock()
    try line.wait("the parent's moves")
    try child.expectIntact(source, nil, "in the child, after the parent's stores")
  }
  try child.wait("the child to be there")
  try trial.expect(
    try move(tracker, source, to: target, 0..<pages), equals: .busy,
    "UFFDIO_MOVE of pages that a child shares")
  try trial.expectCount(.present, in: source, equals: pages, "after a refused move")
  source.store(0, 0x43)
  source.store(pages - 1, 0x44)
  try child.knock()
  try child.finish()
  try trial.expectIntact(source)
}

/// Four filled pages to move from, and four empty ones, watched for missing faults, to move to.
private func moveAreas(_ trial: Trial) throws(CaseEnd)
  -> (source: Pages, target: Pages, tracker: Tracker)
{
  let source = try Backing.anon.map(trial)
  source.fill()
  let target = try Backing.anon.map(trial)
  return (source, target, try Tracker(trial, of: target, for: .missing))
}

/// Moves pages to the same place in the target.
private func move(_ tracker: Tracker, _ source: Pages, to target: Pages, _ some: Range<Int>)
  throws(CaseEnd) -> Errno?
{
  let from = source.range(some)
  let to = target.range(some)
  return try tracker.errno { (uffd) throws(Errno) -> Void in
    try uffd.move(from: from.start, to: to)
  }
}
