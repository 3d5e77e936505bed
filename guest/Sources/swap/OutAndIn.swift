import GuestKit
import GuestProtocol
import LinuxMM

extension Backing {
  /// Letters of an unprotected page that is swapped out: pagemap does not know where shared pages went.
  var swappedLetters: String { isShared ? "-" : "S" }
}

/// Protection goes out with the page and comes back with it.
func outInKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  try outInKeeps(trial, try backing.map(trial, pages: 8))
}

extension Requirement {
  /// Addresses of more than 47 bits.
  static let fiveLevels = Requirement("page-table-levels:5") {
    do throws(Errno) {
      _ = try Mapping(anonymous: Memory.pageSize, .private, at: above47Bits)
      return nil
    } catch {
      return Lacking(
        .resource, "no memory above 47 bits: \(error); the machine la57 wants page tables for it")
    }
  }
}

private let above47Bits: UInt64 = 0x5a_1234_5678_9000

/// The same at an address whose upper bits are lost wherever 47 of them are taken to be all.
func outInAbove47Bits(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  try pages.move(trial, to: above47Bits)
  trial.evidence("address", "0x" + hex(pages.range.start))
  try trial.prove(pages.range.start == above47Bits, otherwise: "the pages are elsewhere")
  try outInKeeps(trial, pages)
}

private func outInKeeps(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  let backing = pages.backing
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<4)
  try trial.expectPagemap(pages, 0..<4, plain + "W", "protected")
  try trial.pageOut(pages)
  try trial.expectPagemap(pages, 0..<4, "SW", "protected and swapped out")
  try trial.expectPagemap(pages, 4..<8, backing.swappedLetters, "swapped out")
  try trial.expect(try pages.smaps(trial, "Swap"), equals: 32, "kB of the mapping in swap")

  try trial.expectNoEvent(tracker, "a load from a protected page", _ = pages.load(0))
  try trial.expectPagemap(pages, 0, plain + "W", "read back in")
  try trial.expectPagemap(pages, 1..<4, "SW", "beside the page read back in")
  try trial.expectWriteFault(tracker, pages, 0, "a store after the load", pages.store(0, 0xa0))
  try trial.expectPagemap(pages, 0, plain, "after the fault was resolved")
  try trial.expectNoEvent(tracker, "a second store", pages.store(0, at: 0x200, 0xa1))
  try trial.expectWriteFault(tracker, pages, 1, "a store to a page out", pages.store(1, 0xa2))
  try trial.expectPagemap(pages, 1, plain, "after the fault on a page out")

  try trial.expectNoEvent(tracker, "a load, unprotected", _ = pages.load(4))
  try trial.expectNoEvent(tracker, "a store after it, unprotected", pages.store(4, 0xa3))
  try trial.expectNoEvent(tracker, "a store to an unprotected page out", pages.store(5, 0xa4))
  try trial.expectPagemap(pages, 4..<6, plain, "unprotected and back")
  try trial.expectPagemap(pages, 2..<4, "SW", "left alone")
  try trial.expectIntact(pages)
  try trial.expectPagemap(pages, 2..<4, plain + "W", "after all was read")
  try trial.expectWriteFaults(tracker, pages, "stores to all") { $0 == 2 || $0 == 3 }
  try trial.expectIntact(pages)
}

/// Five times out and in, and every page is still protected and reports its first write.
func repeatCycles(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 16)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  for cycle in 1...5 {
    try trial.pageOut(pages)
    try trial.expectPagemap(pages, 0..<16, "SW", "out for time \(cycle)")
    try trial.expectNoEvent(tracker, "loads in cycle \(cycle)", pages.loadAll())
    try trial.expectPagemap(pages, 0..<16, backing.writtenLetters + "W", "in for time \(cycle)")
  }
  try trial.expectIntact(pages)
  try trial.expectWriteFaults(tracker, pages, "stores after five cycles")
  try trial.expectProtected(pages, "after the stores") { _ in false }
  try trial.expectIntact(pages)
}

/// Some pages of a protected range go out, the others stay; each keeps its protection.
func partOut(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.pageOut(pages, 2..<6)
  try trial.expectPagemap(pages, 0..<2, plain + "W", "before the part that is out")
  try trial.expectPagemap(pages, 2..<6, "SW", "out")
  try trial.expectPagemap(pages, 6..<8, plain + "W", "after the part that is out")
  try trial.expectNoEvent(tracker, "a load from the last page out", _ = pages.load(5))
  try trial.expectPagemap(pages, 5, plain + "W", "read back in")
  try trial.expectWriteFaults(tracker, pages, "a store to each page")
  try trial.expectPagemap(pages, 0..<8, plain, "after the stores")
  try trial.expectIntact(pages)
}

/// Protection lifted between two trips to swap does not come back, and a new one holds.
func outTwice(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 6)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.pageOut(pages)
  pages.loadAll()
  try tracker.unprotect(pages, 0..<4)
  try trial.expectPagemap(pages, 0..<4, plain, "in and unprotected")
  try trial.pageOut(pages)
  try trial.expectPagemap(pages, 0..<4, backing.swappedLetters, "out again, unprotected")
  try trial.expectPagemap(pages, 4..<6, "SW", "out again, still protected")
  try tracker.protect(pages, 2..<4)
  try trial.expectPagemap(pages, 2..<4, "SW", "protected again while out")
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 >= 2 }
  try trial.expectPagemap(pages, 0..<6, plain, "after the stores")
  try trial.expectIntact(pages)
}

/// Swap use grows with what goes out, and shrinks to what it was when the pages are written or gone.
func countersReturn(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let count = 512
  let pages = try backing.map(trial, pages: count)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  let area = try ownSwapArea(trial)
  let swapped = try processSwap(trial)
  try trial.pageOut(pages)
  let grown = backing.isShared ? 0 : 2048  // VmSwap leaves shared memory out
  try trial.expect(try processSwap(trial), equals: swapped + grown, "VmSwap in kB")
  try trial.expect(try pages.smaps(trial, "Swap"), equals: 2048, "kB of the mapping in swap")
  try trial.prove(
    try used(trial, area) >= 2048, otherwise: "the pages went to another swap area")
  let half = count / 2
  try trial.expectWriteFaults(tracker, pages, 0..<half, "stores to the first half")
  try trial.expectIntact(pages, 0..<half)
  try trial.expect(try pages.smaps(trial, "Swap"), equals: 1024, "kB in swap with half back")
  try trial.expectPagemap(pages, half..<count, "SW", "the half that is out")
  for page in half..<count { pages.note(page, fullOf: 0) }
  if backing.isShared {
    try trial.attempt("MADV_REMOVE", try pages.range(half..<count).advise(.remove))
  } else {
    try trial.attempt("MADV_DONTNEED", try pages.range(half..<count).advise(.dontNeed))
  }
  try trial.expect(try pages.smaps(trial, "Swap"), equals: 0, "kB in swap with the rest gone")
  try trial.expect(try processSwap(trial), equals: swapped, "VmSwap in kB with the rest gone")
  // Kernels before 6.14 keep up to 64 freed and 64 spare slots per CPU that still count as used.
  let left = try used(trial, area)
  try trial.expect(
    left <= 1024, expected: "the area all but empty (at most 1024 kB)", seen: "\(left) kB in use")
  try trial.expectIntact(pages)
}

private func processSwap(_ trial: Trial) throws(CaseEnd) -> Int {
  Int(try trial.attempt("reading VmSwap", try Counters.process("VmSwap")) ?? 0)
}

extension Pages {
  /// Loads a byte of every page.
  func loadAll() {
    for page in 0..<count { load(page) }
  }
}
