import GuestKit
import LinuxMM

extension Pages {
  /// Moves every page to the node where the first one is not; unexercised unless all frames change.
  func changeNode(_ trial: Trial) throws(CaseEnd) {
    let before = try pagemap(trial).map { $0.frame }
    let node = try trial.attempt("asking for the node", try Numa.node(of: address(0)))
    for page in 0..<count {
      // A folio moves as a whole with its first page.
      guard try pagemap(trial, page..<(page + 1))[0].frame == before[page] else { continue }
      do throws(Errno) { _ = try Numa.move(pageAt: address(page), to: 1 - node) } catch {
        throw .unexercised("page \(page) cannot be moved to node \(1 - node): \(error)")
      }
    }
    let after = try pagemap(trial).map { $0.frame }
    let stayed = (0..<count).reduce(0) { $0 + (before[$1] == after[$1] ? 1 : 0) }
    try trial.prove(stayed == 0, otherwise: "\(stayed) of \(count) pages did not move")
  }
}

/// A page that moved to another node goes to swap with its data and its protection.
func migrateThenSwap(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<4)
  try trial.attempt("compact_memory", try System.drainPageLists())
  try pages.changeNode(trial)
  try trial.expectPagemap(pages, 0..<4, plain + "W", "on the other node")
  try trial.expectPagemap(pages, 4..<8, plain, "on the other node, unprotected")
  try trial.pageOut(pages)
  try trial.expectPagemap(pages, 0..<4, "SW", "out")
  try trial.expectIntact(pages, nil, "after moving and swapping")
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 < 4 }
  try trial.expectIntact(pages)
}

/// A page that is nobody else's and moved to another node needs no copy for the next store.
func migratedStaysExclusive(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 8)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.attempt("compact_memory", try System.drainPageLists())
  try pages.changeNode(trial)
  try trial.attempt("compact_memory", try System.drainPageLists())
  try tracker.unprotect(pages)
  let before = try pages.pagemap(trial).map { $0.frame }
  try trial.expectWriteFaults(tracker, pages, "stores after lifting") { _ in false }
  let after = try pages.pagemap(trial).map { $0.frame }
  let copied = (0..<8).reduce(0) { $0 + (before[$1] == after[$1] ? 0 : 1) }
  try trial.expect(copied, equals: 0, "pages that a store copied")
  try trial.expectIntact(pages)
}
