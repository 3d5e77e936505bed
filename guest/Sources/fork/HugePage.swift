import GuestKit
import LinuxMM
import UffdWP

/// A huge page that is protected whole is inherited as one: protected with the event, else not.
func hugePage(_ trial: Trial, withEvent: Bool) throws(CaseEnd) {
  let pages = try mapHuge(trial)
  let tracker = try Tracker(trial, of: pages, features: withEvent ? .eventFork : [])
  try tracker.protect(pages)
  try trial.expectCount(.writeProtected, in: pages, equals: 512, "protected whole")
  try proveHuge(trial, pages, "protected memory")

  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try proveHuge(trial, pages, "the child's memory")
    try trial.expectCount(
      .writeProtected, in: pages, equals: withEvent ? 512 : 0, "of the child")
    try trial.expectCount(.present, in: pages, equals: 512, "of the child")
    try expectRegistered(trial, pages, withEvent, "the child")
    try line.turn(pages.store(5, 0x15))
    try trial.expectCount(
      .writeProtected, in: pages, equals: withEvent ? 511 : 0, "of the child after its store")
    try line.turn(pages.store(511, 0x16))
    try trial.expectIntact(pages, nil, "in the child")
  }
  let served = withEvent ? try tracker.forked() : tracker
  for page in [5, 511] {
    let turn = "the child's store to part \(page) ends"
    if withEvent {
      try trial.expectWriteFault(served, pages, page, "the child's store", try child.turn(turn))
    } else {
      try trial.expectNoEvent(served, "the child's store", try child.turn(turn))
    }
  }
  try child.finish()
  try trial.expectCount(.writeProtected, in: pages, equals: 512, "of the parent")
  try trial.expectIntact(pages, nil, "after the child's stores")
  try trial.expectWriteFault(
    tracker, pages, 5, "the parent's store", pages.store(5, at: 0x20, 0x25))
  try trial.expectCount(.writeProtected, in: pages, equals: 511, "of the parent after its store")
  try trial.expectNoEvent(tracker, "a second store", pages.store(5, at: 0x30, 0x26))
  try trial.expectWriteFault(
    tracker, pages, 6, "the parent's store beside it", pages.store(6, 0x27))
  try trial.expectIntact(pages)
}
