import GuestKit
import LinuxMM
import UffdWP

extension Pages {
  /// One address for each unit that moves by itself.
  var movable: [UInt64] {
    let step = backing.isTransparentHuge ? 512 : 1
    return stride(from: 0, to: count, by: step).map { address($0) }
  }

  /// The frames of the units that move by themselves.
  func frames(_ trial: Trial) throws(CaseEnd) -> [UInt64] {
    let step = backing.isTransparentHuge || backing.isHugetlb ? 512 : 1
    let entries = try pagemap(trial)
    return stride(from: 0, to: entries.count, by: step).map { entries[$0].frame }
  }
}

/// Runs what should move all pages to the node where they are not, until their frames have changed.
///
/// Pages in another CPU's batch are busy, and a node may lack a free huge page: batches are drained and the
/// move tried again, four times at most.
func moveAll(
  _ trial: Trial, _ pages: Pages, _ what: String, _ move: (Int) throws(Errno) -> Void
) throws(CaseEnd) {
  let before = try pages.frames(trial)
  try trial.prove(!before.contains(0), otherwise: "pagemap shows no frame numbers")
  let node = try trial.attempt("asking for the node", try Numa.node(of: pages.address(0)))
  for attempt in 1...4 {
    try trial.attempt("compact_memory", try System.drainPageLists())
    do throws(Errno) { try move(1 - node) } catch { trial.evidence("move_\(attempt)", error) }
    let after = try pages.frames(trial)
    let stayed = (0..<before.count).reduce(0) { $0 + (before[$1] == after[$1] ? 1 : 0) }
    if stayed == 0 { break }
    guard attempt < 4 else {
      throw .unexercised(
        "\(stayed) of \(before.count) pages stay after \(what) to node \(1 - node)")
    }
  }
  try trial.expectNodes(pages, 1 - node, "after \(what)")
}

extension Trial {
  /// Fails unless all pages lie on a node, as move_pages(2) says.
  func expectNodes(_ pages: Pages, _ node: Int, _ when: String) throws(CaseEnd) {
    let nodes = try attempt("asking for nodes", try Numa.ask(of: pages.movable).statuses)
    for (index, seen) in nodes.enumerated() where seen != Int32(node) {
      try fail(expected: "page \(index) on node \(node) \(when)", seen: "\(seen)")
    }
  }
}

/// mbind(2) moves what is there, content and protection along with it.
func bindMoves(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial, pages: 6)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  let isProtected: (Int) -> Bool = { backing == .thp || ($0 != 1 && $0 != 5) }
  if backing == .thp { try tracker.protect(pages) }
  for page in 0..<6 where backing != .thp && isProtected(page) { try tracker.protect(pages, page) }
  try moveAll(trial, pages, "mbind") { (node) throws(Errno) in try Numa.bind(pages.range, to: node)
  }
  if backing == .thp { try proveHuge(trial, pages, "moved memory") }
  try trial.expectProtected(pages, "on the other node", where: isProtected)
  try trial.expectCount(.exclusive, in: pages, equals: pages.entries, "on the other node")
  try trial.expectIntact(pages, nil, "on the other node")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(0))
  try trial.expectWriteFaults(tracker, pages, 0..<6, "stores on the other node", at: isProtected)
  try trial.expectIntact(pages)
}

extension Pages {
  /// How many 4 KiB entries the pages have.
  var entries: Int { Int(range.length / Memory.pageSize) }
}

/// Pages that a child shares move for both: each keeps its content, its protection and its copy-on-write.
func sharedMove(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  let isProtected: (Int) -> Bool = { backing == .thp || $0 < 2 }
  try tracker.protect(pages, backing == .thp ? 0..<512 : 0..<2)
  let old = try pages.frames(trial)
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    for page in 0..<pages.count { pages.load(page) }
    try line.turn(())
    try line.turn(try childMoved(trial, pages, old))
    try line.turn(pages.store(2, 0xc2))
    if pages.backing.isShared {
      pages.note(3, at: 0x321, 0xa3)
      pages.note(0, at: 0x321, 0xa0)
    }
    try line.turn(try trial.expectIntact(pages, nil, "in the child after both stored"))
  }
  try child.turn("the child maps the pages")
  try moveAll(trial, pages, "move_pages") { (node) throws(Errno) in
    let statuses = try Numa.ask(of: pages.movable, movingTo: node, shared: true).statuses
    guard let bad = statuses.first(where: { $0 < 0 }) else { return }
    throw Errno(-bad)
  }
  try trial.expectProtected(pages, "on the other node", where: isProtected)
  try trial.expectCount(.exclusive, in: pages, equals: 0, "while a child maps them, too")
  try child.turn("the child looks at its pages")
  try child.turn("the child stores")
  if backing.isShared { pages.note(2, at: 0x123, 0xc2) }
  try trial.expectIntact(pages, nil, "on the other node")
  if backing != .thp {
    try trial.expectNoEvent(tracker, "a store to page 3", pages.store(3, at: 0x321, 0xa3))
  }
  try trial.expectWriteFault(
    tracker, pages, 0, "a store to page 0", pages.store(0, at: 0x321, 0xa0))
  // What is shared is for the child to see as well.
  try child.turn("the child looks at its pages again")
  try child.finish()
  try trial.expectIntact(pages)
}

private func childMoved(_ trial: Trial, _ pages: Pages, _ old: [UInt64]) throws(CaseEnd) {
  let now = try pages.frames(trial)
  for (index, frame) in now.enumerated() {
    try trial.expect(
      frame != old[index] && frame != 0, expected: "the child's page \(index) moved along",
      seen: "frame 0x\(hex(frame)), before 0x\(hex(old[index]))")
  }
  try trial.expectProtected(pages, "in the child") { _ in false }
  try trial.expectIntact(pages, nil, "in the child")
}
