import GuestKit
import LinuxMM
import UffdWP

/// Fork while everything is swapped out: the child's swap entries and markers are protected only with
/// the event, and the parent's always.
func swapped(_ trial: Trial, _ backing: Backing, withEvent: Bool) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 6)
  pages.fill()
  let tracker = try Tracker(trial, of: pages, features: withEvent ? .eventFork : [])
  try tracker.protect(pages, 0..<4)
  try trial.pageOut(pages)
  let plain = backing.isShared ? "-" : "S"
  try trial.expectPagemap(pages, 0..<4, "SW", "swapped out")
  try trial.expectPagemap(pages, 4..<6, plain, "swapped out")

  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try trial.expectPagemap(pages, 0..<4, withEvent ? "SW" : plain, "of the child")
    try trial.expectPagemap(pages, 4..<6, plain, "of the child")
    try expectRegistered(trial, pages, withEvent, "the child")
    try line.turn(_ = pages.load(0))
    for page in [0, 1, 4] { try line.turn(pages.store(page, at: 0x456, UInt8(0x80 + page))) }
    try trial.expectCount(.writeProtected, in: pages, 0..<2, equals: 0, "of the child's stores")
    try trial.expectIntact(pages, nil, "in the child")
  }
  let served = withEvent ? try tracker.forked() : tracker
  try trial.expectNoEvent(served, "the child's load", try child.turn("its load ends"))
  for page in [0, 1, 4] {
    let turn = "the child's store to page \(page) ends"
    if withEvent, page < 4 {
      try trial.expectWriteFault(served, pages, page, "the child's store", try child.turn(turn))
    } else {
      try trial.expectNoEvent(served, "the child's store", try child.turn(turn))
    }
  }
  try child.finish()
  try trial.expectPagemap(pages, 0..<4, "SW", "of the parent after the child's end")
  try trial.expectPagemap(pages, 4..<6, plain, "of the parent after the child's end")
  if backing.isShared {
    for page in [0, 1, 4] { pages.note(page, at: 0x456, UInt8(0x80 + page)) }
  }
  try trial.expectNoEvent(tracker, "the parent's load", _ = pages.load(2))
  try trial.expectPagemap(pages, 2, backing.writtenLetters + "W", "swapped in by the parent")
  try WriteProtect.expectFaults(trial, tracker, pages, at: [0, 1, 2, 3], 0xb0)
  try trial.expectIntact(pages)
}
