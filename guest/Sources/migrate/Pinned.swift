import GuestKit
import LinuxMM
import UffdWP

/// A pinned page does not move, and says so; unpinned it does, with its protection.
func pinnedStays(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial)
  pages.fill()
  var ring = try trial.attempt("io_uring", try Ring())
  let buffer = AddressRange(start: pages.address(1), length: 512)
  try trial.attempt("IORING_REGISTER_BUFFERS", try ring.registerBuffer(buffer))
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.attempt("compact_memory", try System.drainPageLists())
  let unit = backing == .thp ? 0 : 1
  let before = try frame(trial, pages, 1)
  try trial.prove(before != 0, otherwise: "pagemap shows no frame numbers")
  let place = pages.address(unit)
  let node = try trial.attempt("asking for the node", try Numa.node(of: place))
  let answer = try trial.attempt(
    "move_pages", try Numa.ask(of: [place], movingTo: 1 - node))
  // The call may succeed, count the page as left behind, store an errno for it or nothing at all.
  let status = answer.statuses[0]
  trial.evidence("status", "\(answer.left) left, \(status)")
  try trial.expect(
    status != Int32(1 - node), expected: "no move of a pinned page",
    seen: "move_pages says that it is on node \(1 - node)")
  try expectFrame(trial, pages, 1, before)
  try trial.expectProtected(pages, "after the refused move")
  try trial.expectWriteFault(tracker, pages, 1, "a store to the pinned page", pages.store(1, 0xa1))
  try expectFrame(trial, pages, 1, before)
  try expectPinned(trial, &ring, pages, 1, length: 64)

  try trial.attempt("unpinning", try ring.unregisterBuffer())
  try tracker.protect(pages)
  let single = backing == .thp ? pages : Pages(backing, at: pages.range(1))
  // io_uring may let go of its pages a moment later.
  try moveAll(trial, single, "move_pages of unpinned memory") { (node) throws(Errno) in
    let status = try Numa.ask(of: [place], movingTo: node).statuses[0]
    if status < 0 { throw Errno(-status) }
  }
  try trial.expectProtected(pages, "after the move")
  try trial.expectWriteFault(
    tracker, pages, 1, "a store after the move", pages.store(1, at: 0x777, 0xa2))
  try trial.expectIntact(pages)
}

/// What move_pages(2) says of each kind of address, asked and moving.
func statuses(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 8)
  // 0 present, 1 a hole, 2 the zero page, 3 present, 4 shared with a child, 5 in a hole of the mapping,
  // 6 present, 7 a hole
  for page in [0, 3, 6] { pages.fill(page..<(page + 1)) }
  pages.load(2)
  try trial.attempt("munmap", try pages.range(5).unmap())
  try trial.attempt("MADV_DONTFORK", try pages.range(0..<4).advise(.dontFork))
  try trial.attempt("MADV_DONTFORK", try pages.range(6..<8).advise(.dontFork))
  pages.fill(4..<5)
  let child = try trial.fork { (child, line) throws(CaseEnd) in
    try line.turn(try child.expectIntact(pages, 4..<5, "in the child"))
  }
  try trial.attempt("compact_memory", try System.drainPageLists())
  let addresses = (0..<8).map { pages.address($0) }
  let home = try trial.attempt("asking for the node", try Numa.node(of: pages.address(0)))
  let there = 1 - home
  let asked = try trial.attempt("move_pages without nodes", try Numa.ask(of: addresses).statuses)
  try expect(trial, asked, [home, -2, -14, home, home, -14, home, -2], "asked")
  let away = try trial.attempt(
    "move_pages to the other node", try Numa.ask(of: addresses, movingTo: there).statuses)
  try expect(trial, away, [there, -2, -14, there, -13, -14, there, -2], "moving to node \(there)")
  let now = try trial.attempt("move_pages without nodes", try Numa.ask(of: addresses).statuses)
  try expect(trial, now, [there, -2, -14, there, home, -14, there, -2], "asked after the move")
  let again = try trial.attempt(
    "move_pages to where they are", try Numa.ask(of: addresses, movingTo: there).statuses)
  try expect(trial, again, [there, -2, -14, there, -13, -14, there, -2], "moving once more")
  try child.turn("the child looks at its page")
  try child.finish()
  for page in [0, 3, 4, 6] { try trial.expectIntact(pages, page..<(page + 1)) }
}

private func expect(_ trial: Trial, _ seen: [Int32], _ expected: [Int], _ what: String)
  throws(CaseEnd)
{
  let kinds = [
    "a page", "a hole", "the zero page", "a page", "a page that a child shares", "no mapping",
    "a page", "a hole",
  ]
  for index in 0..<8 where seen[index] != Int32(expected[index]) {
    // Before 6.12 an anonymous hole was a bad address, too.
    if expected[index] == -2, seen[index] == -14 { continue }
    try trial.fail(
      expected: "\(what), status of \(kinds[index]) (address \(index)): \(expected[index])",
      seen: "\(seen[index])")
  }
}
