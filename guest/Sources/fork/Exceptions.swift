import GuestKit
import LinuxMM
import UffdWP

/// A pinned page is copied at fork: the copy is the child's, protected with the event, and the parent
/// keeps the page that the pin is on.
func pinnedCopy(_ trial: Trial, _ backing: Backing, withEvent: Bool) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill()
  var ring = try trial.attempt("io_uring", try Ring())
  let pinned = AddressRange(start: pages.address(1), length: 512)
  try trial.attempt("IORING_REGISTER_BUFFERS", try ring.registerBuffer(pinned))
  let tracker = try Tracker(trial, of: pages, features: withEvent ? .eventFork : [])
  try tracker.protect(pages, 0..<3)
  let before = try frame(trial, pages, 1)
  try trial.prove(before != 0, otherwise: "pagemap shows no frame numbers")

  let mark = tracker.log.count
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    let own = try frame(trial, pages, 1)
    try trial.expect(
      own != before && own != 0, expected: "the child's copy of the pinned page in its own frame",
      seen: "frame 0x\(hex(own)), the pinned one is 0x\(hex(before))")
    let end = withEvent ? "W" : ""
    try trial.expectPagemap(pages, 1, "PX" + end, "the child's copy of the pinned page")
    try trial.expectPagemap(pages, 0, "P" + end, "the child's page that is not pinned")
    try trial.expectPagemap(pages, 3, "P", "the child's page that is not protected")
    try line.turn(pages.store(1, 0x31))
    try trial.expectIntact(pages, nil, "in the child")
  }
  let served = withEvent ? try tracker.forked() : tracker
  if withEvent {
    try trial.expectWriteFault(
      served, pages, 1, "the child's store to its copy", try child.turn("its store ends"))
    try trial.expectEvents([.fork], in: tracker, after: mark, "the parent's tracker")
  } else {
    try trial.expectNoEvent(
      served, "the child's store to its copy", try child.turn("its store ends"))
  }
  try expectFrame(trial, pages, 1, before)
  try expectPinned(trial, &ring, pages, 1, length: 512)
  try child.finish()
  try trial.expectPagemap(pages, 0..<3, "PXW", "of the parent")
  try trial.expectWriteFault(
    tracker, pages, 1, "the parent's store to the pinned page", pages.store(1, 0x32))
  try trial.expectIntact(pages)
}

/// A page that is wiped at fork is new in the child, with neither content nor protection.
func wipeOnFork(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let wiped = pages.range
  try trial.attempt("MADV_WIPEONFORK", try wiped.advise(.wipeOnFork))
  let tracker = try Tracker(trial, of: pages, features: .eventFork)
  try tracker.protect(pages)
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try trial.expectPagemap(pages, 0..<4, "-", "of the child")
    for page in 0..<4 { pages.note(page, fullOf: 0) }
    try line.turn(_ = pages.load(0))
    try line.turn(pages.store(1, 0x41))
    try trial.expectIntact(pages, nil, "in the child")
  }
  let served = try tracker.forked()
  try trial.expectNoEvent(served, "the child's load", try child.turn("its load ends"))
  try trial.expectNoEvent(served, "the child's store", try child.turn("its store ends"))
  try child.finish()
  try trial.expectPagemap(pages, 0..<4, "PXW", "of the parent")
  try WriteProtect.expectFaults(trial, tracker, pages, at: [0, 1, 2, 3], 0xb0)
  try trial.expectIntact(pages)

  let shared = try Backing.shmem.map(trial)
  try trial.expect(
    .invalid, from: "MADV_WIPEONFORK on shared memory", try shared.range.advise(.wipeOnFork))
}

/// Memory that the child does not get is no reason for an event.
func dontFork(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  try trial.attempt("MADV_DONTFORK", try pages.range.advise(.dontFork))
  let tracker = try Tracker(trial, of: pages, features: .eventFork)
  try tracker.protect(pages, 0..<2)
  let place = pages.address(0)
  try trial.inChild("the child ends") { (child) throws(CaseEnd) in
    try child.expect(
      Memory.tryLoad(place), equals: .segmentationFault(code: 1, address: place),
      "the child's load")
  }
  try trial.expectEvents([], in: tracker, after: 0, "a fork without the registered memory")
  try trial.expectPagemap(pages, 0..<2, "PXW", "of the parent")
  try WriteProtect.expectFaults(trial, tracker, pages, at: [0, 1], 0xb0)
  try trial.expectIntact(pages)
}
