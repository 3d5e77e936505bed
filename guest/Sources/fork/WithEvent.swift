import GuestKit
import LinuxMM
import UffdWP

/// With `EVENT_FORK` the child is protected as its parent, and reports to a userfaultfd of its own.
func eventKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  var features: Userfaultfd.Features = .eventFork
  if backing == .anon, Requirement.writeProtectUnpopulated.lacking() == nil {
    features.insert(.writeProtectUnpopulated)
  }
  let layout = try Layout(trial, backing, features: features)
  let (pages, tracker) = (layout.pages, layout.tracker)
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try protectedChild(trial, line, layout)
  }
  let served = try tracker.forked()
  try trial.expectNoEvent(served, "the child's load", try child.turn("the child's load ends"))
  try expectChildFault(trial, served, pages, 0, child)
  if layout.hasMarker {
    try expectChildFault(trial, served, pages, 4, child)
  } else {
    try trial.expectNoEvent(served, "the child's store", try child.turn("its store ends"))
  }
  try trial.expectNoEvent(
    served, "the child's store to an unprotected page", try child.turn("its store ends"))
  try WriteProtect.expectBits(trial, pages, layout.protected, "of the parent beside its child")
  try trial.expectEvents([.fork], in: tracker, after: 0, "fork and the child's stores")

  try served.protect(pages, 3)
  try served.unprotect(pages, 1)
  try expectChildFault(trial, served, pages, 3, child)
  try trial.expectNoEvent(
    served, "the child's store to a page whose protection was lifted",
    try child.turn("its store ends"))
  try WriteProtect.expectBits(
    trial, pages, layout.protected, "of the parent after its child's changed")

  if backing.isShared {
    for page in [0, 1, 3, 4] { pages.note(page, at: 0x456, UInt8(0x80 + page)) }
    pages.note(3, at: 0x457, 0x11)
  }
  let mark = served.log.count
  try WriteProtect.expectFaults(trial, tracker, pages, at: layout.protected, 0xb0)
  try trial.expectEvents([], in: served, after: mark, "the parent's stores")
  try expectChildFault(trial, served, pages, 2, child)
  try child.finish()
  if backing.isShared { pages.note(2, at: 0x456, 0x82) }
  try trial.expectIntact(pages)
}

/// The child's next step is a store that its own userfaultfd reports.
private func expectChildFault(
  _ trial: Trial, _ served: Tracker, _ pages: Pages, _ page: Int, _ child: Companion
) throws(CaseEnd) {
  try trial.expectWriteFault(
    served, pages, page, "the child's store to page \(page)",
    try child.turn("the child's store to page \(page) ends"))
}

/// What the child of `eventKeeps` sees and does, step by step.
private func protectedChild(_ trial: Trial, _ line: Line, _ layout: Layout) throws(CaseEnd) {
  let pages = layout.pages
  let letters = pages.backing.sharedLetters
  try trial.expectPagemap(pages, 0..<3, letters + "W", "of the child")
  try trial.expectPagemap(pages, 3, letters, "of the child")
  try trial.expectPagemap(pages, 4, layout.hole, "of the child")
  try trial.expectPagemap(pages, 5, "-", "of the child")
  try expectRegistered(trial, pages, true, "the child")
  try line.turn(_ = pages.load(0))
  for page in [0, 4] { try line.turn(pages.store(page, at: 0x456, UInt8(0x80 + page))) }
  try trial.expectCount(.writeProtected, in: pages, 0..<1, equals: 0, "of the child's page 0")
  try trial.expectCount(.writeProtected, in: pages, 4..<5, equals: 0, "of the child's page 4")
  try line.turn(pages.store(3, at: 0x457, 0x11))
  try trial.expectIntact(pages, 0..<5, "in the child after its first stores")
  for page in [3, 1] { try line.turn(pages.store(page, at: 0x456, UInt8(0x80 + page))) }
  try line.turn(pages.store(2, at: 0x456, 0x82))
  if pages.backing.isShared {
    for page in 0..<6 { pages.note(page, at: 0x123, UInt8(0xb0 + page)) }
  }
  try trial.expectIntact(pages, 0..<5, "in the child")
}

/// A grandchild's fork is reported to the child's userfaultfd, and its stores to a third one.
func nestedEvent(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill(0..<3)
  let tracker = try Tracker(trial, of: pages, features: .eventFork)
  try tracker.protect(pages)
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    let grandchild = try trial.fork { (trial, inner) throws(CaseEnd) in
      try WriteProtect.expectBits(trial, pages, [0, 1, 2, 3], "of the grandchild")
      for page in [0, 3] { try inner.turn(pages.store(page, at: 0x10, 0x71)) }
    }
    try line.turn(try grandchild.turn("its first store ends"))
    try line.turn(try grandchild.turn("its second store ends"))
    try line.turn(pages.store(1, at: 0x20, 0x72))
    try grandchild.finish()
  }
  let second = try tracker.forked()
  let third = try second.forked()
  try trial.expectWriteFault(
    third, pages, 0, "the grandchild's store", try child.turn("the grandchild's store ends"))
  try trial.expectWriteFault(
    third, pages, 3, "its store to a marker", try child.turn("the grandchild's store ends"))
  try trial.expectWriteFault(
    second, pages, 1, "the child's store", try child.turn("the child's store ends"))
  try child.finish()
  try trial.expectEvents([.fork], in: tracker, after: 0, "both forks")
  try trial.expectEvents([.fork, .writeProtect], in: second, after: 0, "the child's life")
  for (page, offset, value) in [(0, 0x10, 0x71), (3, 0x10, 0x71), (1, 0x20, 0x72)] {
    pages.note(page, at: UInt64(offset), UInt8(value))
  }
  try WriteProtect.expectFaults(trial, tracker, pages, at: [0, 1, 2, 3], 0xb0)
  try trial.expectIntact(pages)
}
