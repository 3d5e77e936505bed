import GuestKit
import GuestProtocol
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

/// A page that is this process's alone needs no copy for a store, even while a pipe refers to it.
///
/// That is what being exclusive means since 5.19, and it outlasts a change of nodes. The pipe matters: without
/// another reference the kernel finds out by counting that a page need not be copied.
func migratedStaysExclusive(_ trial: Trial) throws(CaseEnd) {
  let stayed = try storesThatCopy(trial, moving: false)
  guard stayed == 0 else {
    try trial.skip(.feature, "a store copies a page that a pipe refers to (Linux 5.19)")
  }
  let moved = try storesThatCopy(trial, moving: true)
  try trial.expect(moved, equals: 0, "pages copied by stores after moving")
}

/// How many pages stores copy while a pipe refers to them, after they were protected, moved if wanted, and freed.
func storesThatCopy(_ trial: Trial, moving: Bool) throws(CaseEnd) -> Int {
  let pages = try Backing.anon.map(trial, pages: 4)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.attempt("compact_memory", try System.drainPageLists())
  if moving { try pages.changeNode(trial) }
  try tracker.unprotect(pages)
  var pipe = try trial.attempt("a pipe", try Pipe())
  let reading = pipe.takeReading()
  let writing = pipe.takeWriting()
  defer { withExtendedLifetime(reading) {} }
  let before = try pages.pagemap(trial).map { $0.frame }
  try trial.attempt("vmsplice", try RemoteMemory.splice(pages.range, into: writing))
  try trial.expectWriteFaults(tracker, pages, "stores after lifting") { _ in false }
  let after = try pages.pagemap(trial).map { $0.frame }
  try trial.expectIntact(pages)
  return (0..<pages.count).reduce(0) { $0 + (before[$1] == after[$1] ? 0 : 1) }
}
