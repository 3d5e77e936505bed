import GuestKit
import LinuxMM
import StateModel

// Steps that take pages elsewhere.
extension Scene {
  /// The pages of a range that a page-out can take.
  private func movable(_ pages: Range<Int>) -> [Int] {
    pages.filter {
      model.pages[$0].place == .present && (model.pages[$0].isOwn || area.ground.hasFile)
    }
  }

  private func present(_ trial: Trial, _ pages: [Int]) throws(CaseEnd) -> Int {
    let frames = try area.frames(trial)
    return pages.reduce(0) { $0 + (frames[$1] == 0 ? 0 : 1) }
  }

  /// Gets most pages out of memory.
  func pageOut(_ trial: Trial) throws(CaseEnd) {
    let wanted = movable(model.layout.most)
    try trial.prove(!wanted.isEmpty, otherwise: "no page could be swapped out")
    let range = area.range(model.layout.most)
    var left = wanted.count
    for attempt in 1...6 {
      try trial.attempt("MADV_PAGEOUT", try range.advise(.pageOut))
      left = try present(trial, wanted)
      trial.evidence("pageout_attempts", attempt)
      guard left > 0 else { return try proveSwapped(trial) }
      try trial.attempt("compact_memory", try System.drainPageLists())
    }
    throw .unexercised("\(left) of \(wanted.count) pages stayed in memory after 6 MADV_PAGEOUT")
  }

  /// Pages of one's own must be seen in swap; of shared ones smaps knows.
  private func proveSwapped(_ trial: Trial) throws(CaseEnd) {
    guard area.ground.isShared else { return }
    let kibibytes = try trial.attempt("reading smaps", try Smaps(area.range)).kibibytes("Swap")
    try trial.prove(kibibytes > 0, otherwise: "no page is counted in swap")
  }

  /// Everything goes to an area that is then turned off.
  func swapOff(_ trial: Trial) throws(CaseEnd) {
    let wanted = movable(model.layout.most).filter { model.pages[$0].isOwn }
    var own = try trial.swapAreaOfOwn()
    try pageOut(trial)
    try trial.expectSuccess(of: "swapoff", try own.turnOff())
    // What went to another area is not what swapoff brings back.
    let left = try wanted.count - present(trial, wanted)
    try trial.prove(left == 0, otherwise: "\(left) pages went to another swap area")
    let kibibytes = try trial.attempt("reading smaps", try Smaps(area.range)).kibibytes("Swap")
    try trial.prove(kibibytes == 0, otherwise: "\(kibibytes) kB went to another swap area")
  }

  /// The group gives memory back; which pages is its own affair, and what the model learns from pagemap.
  mutating func reclaim(_ trial: Trial) throws(CaseEnd) {
    let wanted = movable(0..<model.layout.count)
    var left = wanted.count
    for attempt in 1...12 where left > 0 {
      do throws(Errno) {
        try area.group?.reclaim(bytes: area.range.length + (2 << 20))
        try System.drainPageLists()
      } catch { throw .error("reclaiming failed with \(error)") }
      left = try present(trial, wanted)
      trial.evidence("squeezes", attempt)
    }
    try trial.prove(
      left * 2 <= wanted.count, otherwise: "\(left) of \(wanted.count) pages stay in memory")
    let frames = try area.frames(trial)
    for page in wanted where frames[page] == 0 { model.adopt(page, .swapped) }
    model.apply(.reclaim)
  }

  /// Moves most pages to the other node, in one call.
  func migrate(_ trial: Trial) throws(CaseEnd) {
    let wanted = movable(model.layout.most).filter { !isTail($0) }
    let before = try area.frames(trial)
    guard let first = wanted.first else { throw .unexercised("no page could move") }
    let node = try trial.attempt("asking for the node", try Numa.node(of: area.address(first)))
    var left = wanted
    for _ in 1...4 where !left.isEmpty {
      _ = try trial.attempt(
        "move_pages", try Numa.move(pagesAt: left.map { area.address($0) }, to: 1 - node))
      let after = try area.frames(trial)
      left = left.filter { after[$0] == before[$0] }
      if !left.isEmpty { try trial.attempt("compact_memory", try System.drainPageLists()) }
    }
    try trial.prove(
      left.isEmpty, otherwise: "\(left.count) of \(wanted.count) pages did not move")
    let now = try trial.attempt("asking for the node", try Numa.node(of: area.address(first)))
    try trial.prove(now == 1 - node, otherwise: "page \(first) is on node \(now)")
  }

  /// A folio moves as a whole with its first page.
  private func isTail(_ page: Int) -> Bool {
    guard area.ground.isLarge, !model.history.contains(.split) else { return false }
    return page != model.layout.most.lowerBound && page % (area.ground == .mthp ? 16 : 512) != 0
  }
}
