import GuestKit
import LinuxMM
import UffdWP

/// Without `EVENT_FORK` the child is nobody's: no bit, no marker, no event, and no store that waits.
func noEvent(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let layout = try Layout(trial, backing)
  let (pages, tracker) = (layout.pages, layout.tracker)
  let mark = tracker.log.count
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try unprotectedChild(trial, line, pages)
  }
  try child.wait("the child looks at what it inherited")
  try WriteProtect.expectBits(trial, pages, layout.protected, "of the parent after fork")
  try trial.expectEvents([], in: tracker, after: mark, "fork")
  try trial.expectWriteFault(
    tracker, pages, 2, "the parent's store beside its child", pages.store(2, 0x42))

  let later = tracker.log.count
  try child.line.knock()
  try child.finish("the child's stores complete", within: .seconds(4))
  try trial.expectEvents([], in: tracker, after: later, "the child's stores")
  if backing.isShared {
    for page in [0, 1, 3, 4] { pages.note(page, at: 0x456, UInt8(0x80 + page)) }
  }
  let letters = backing.writtenLetters
  try trial.expectPagemap(pages, 0..<2, letters + "W", "of the parent after the child's end")
  try trial.expectPagemap(pages, 2..<4, letters, "of the parent after the child's end")
  try trial.expectPagemap(pages, 4, layout.hole, "of the parent after the child's end")
  try trial.expectPagemap(pages, 5, "-", "of the parent after the child's end")
  try trial.expectIntact(pages, 0..<4, "after the child's end")
  let left = layout.hasMarker ? [0, 1, 4] : [0, 1]
  try WriteProtect.expectFaults(trial, tracker, pages, at: left, 0xb0)
  try trial.expectIntact(pages)
}

/// What the child of `noEvent` does and sees: private memory is copied, shared page tables are not.
private func unprotectedChild(_ trial: Trial, _ line: Line, _ pages: Pages) throws(CaseEnd) {
  let backing = pages.backing
  let inherited = backing.isShared ? "-" : backing.sharedLetters
  try trial.expectPagemap(pages, 0..<4, inherited, "of the child")
  try trial.expectPagemap(pages, 4..<6, "-", "of the child")
  try expectRegistered(trial, pages, false, "the child")
  try line.knock()
  try line.wait("the parent's store")
  if backing.isShared { pages.note(2, at: 0x123, 0x42) }

  for page in [0, 3, 4] { pages.store(page, at: 0x456, UInt8(0x80 + page)) }
  let own = try Tracker(trial, of: pages)
  try trial.expectNoEvent(
    own, "a store under the child's own tracker", pages.store(1, at: 0x456, 0x81))
  try trial.expectNoEvent(own, "a load under the child's own tracker", _ = pages.load(2))
  try trial.expectCount(.writeProtected, in: pages, equals: 0, "of the child")
  let stored = backing.isShared ? "PF" : "PX"
  try trial.expectPagemap(pages, 0..<2, stored, "of the child after its stores")
  try trial.expectPagemap(pages, 3, stored, "of the child after its stores")
  let fresh = backing.isShared ? "PFX" : "PX"
  try trial.expectPagemap(pages, 4, fresh, "of the child after its store to a hole")
  try trial.expectIntact(pages, 0..<5, "in the child")
}

/// Without the event an anonymous marker is not inherited; with it, it is.
func markerAnon(_ trial: Trial, withEvent: Bool) throws(CaseEnd) {
  let features: Userfaultfd.Features =
    withEvent ? [.writeProtectUnpopulated, .eventFork] : .writeProtectUnpopulated
  let pages = try Backing.anon.map(trial)
  pages.fill(3..<4)  // without one page there is nothing that fork would copy
  let tracker = try Tracker(trial, of: pages, features: features)
  try tracker.protect(pages, 0..<3)
  try trial.expectPagemap(pages, 0..<3, "SW", "protected while empty")
  let letters = withEvent ? "SW" : "-"
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try trial.expectPagemap(pages, 0..<3, letters, "of the child")
    try trial.expectPagemap(pages, 3, "P", "of the child")
    try line.turn(pages.store(0, 0x61))
    try line.turn(_ = pages.load(1))
    try line.turn(pages.store(1, 0x62))
    try trial.expectIntact(pages)
  }
  let served = withEvent ? try tracker.forked() : tracker
  if withEvent {
    try trial.expectWriteFault(
      served, pages, 0, "the child's store", try child.turn("its store ends"))
    try trial.expectNoEvent(served, "the child's load", try child.turn("its load ends"))
    try trial.expectWriteFault(
      served, pages, 1, "its store after that", try child.turn("its second store ends"))
  } else {
    for what in ["its store ends", "its load ends", "its second store ends"] {
      try trial.expectNoEvent(served, "the child's access", try child.turn(what))
    }
  }
  try child.finish()
  try trial.expectPagemap(pages, 0..<3, "SW", "of the parent after the child's end")
  try WriteProtect.expectFaults(trial, tracker, pages, at: [0, 1, 2], 0xb0)
  try trial.expectIntact(pages)
}
