import GuestKit
import LinuxMM

/// Shared pages in swap look like holes; the file and smaps know better.
func sharedSwappedInvisible(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill(0..<2)
  try trial.expectPagemap(pages, 0..<2, "PFX", "written")
  try trial.expectPagemap(pages, 2..<4, "-", "empty")
  try trial.pageOut(pages)
  try trial.expectPagemap(pages, 0..<4, "-", "out, and empty")
  try trial.expect(try pages.smaps(trial, "Swap"), equals: 8, "kB of Swap in smaps")
  if backing != .shanon { try expectData(trial, pages, upTo: 8192) }
  try trial.expectIntact(pages, 0..<2)
  try trial.expectPagemap(pages, 0..<2, "PFX", "in again")
  try trial.expectIntact(pages)
}

/// Private pages in swap are marked so, with a place in swap of their own.
func privateSwappedVisible(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill(0..<6)
  try trial.pageOut(pages, 0..<6)
  try trial.expectPagemap(pages, 0..<6, "S", "out")
  try trial.expectPagemap(pages, 6..<8, "-", "empty")
  try trial.expect(try pages.smaps(trial, "Swap"), equals: 24, "kB of Swap in smaps")
  var places: [UInt64] = []
  for (index, entry) in try pages.pagemap(trial, 0..<6).enumerated() {
    let place = entry.rawValue & (1 << 55 - 1)
    try trial.expect(
      place >> 5 != 0 && !places.contains(place),
      expected: "a place in swap of its own for page \(index)", seen: "0x\(hex(place))")
    try trial.expect(
      place & 31 == places.first.map { $0 & 31 } ?? place & 31,
      expected: "one swap area for all pages", seen: "type \(place & 31) of page \(index)")
    places.append(place)
  }
  try trial.expectIntact(pages)
  try trial.expectPagemap(pages, 0..<6, "PX", "in again")
}

/// Data up to there, and no hole before or data after it, by lseek(2).
func expectData(_ trial: Trial, _ pages: Pages, upTo end: UInt64) throws(CaseEnd) {
  try pages.withFile { (file) throws(CaseEnd) in
    let data: UInt64?
    let hole: UInt64
    let after: UInt64?
    do throws(Errno) {
      data = try file.nextData(from: 0)
      hole = try file.nextHole(from: 0)
      after = try file.nextData(from: end)
    } catch { throw .error("lseek failed with \(error)") }
    try trial.expect(
      data == 0 && hole == end && after == nil, expected: "data in [0, \(end)) by lseek",
      seen: "data from \(data ?? 99), a hole from \(hole), data again from \(after ?? 0)")
  }
}

/// One process zaps its entries, the other pages out: neither sees a swapped page, the data is there.
func twoProcessZap(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.shmem.map(trial, pages: 1)
  pages.fill()
  let companion = try trial.fork { (child, line) throws(CaseEnd) in
    try child.expectIntact(pages)
    try child.expectPagemap(pages, 0, "PF", "of B, which read it")
    try line.knock()
    try line.wait("A's zap")
    try child.expectPagemap(pages, 0, "PFX", "of B after A's zap")
    try child.pageOut(pages)
    let bits = try pages.bits(child, 0).subtracting(.softDirty)
    child.evidence("b_after_pageout", bits)
    // A kernel that marks swapped shared pages would say S here; today's say nothing.
    try child.expect(
      bits == [] || bits == .swapped, expected: "pagemap of B, out: - or S", seen: "\(bits)")
    try line.knock()
    try line.wait("A's look")
  }
  try companion.wait("B's load")
  try trial.expectPagemap(pages, 0, "PF", "of A, read by B")
  try trial.attempt("MADV_DONTNEED", try pages.range.advise(.dontNeed))
  try trial.expectPagemap(pages, 0, "-", "of A after its zap")
  try companion.line.knock()
  try companion.wait("B's page-out")
  try trial.expectPagemap(pages, 0, "-", "of A after B's page-out")
  try expectData(trial, pages, upTo: 4096)
  try trial.expectIntact(pages)
  try companion.line.knock()
  try companion.finish()
}

/// After page-out and fork neither process sees shared pages, unless markers of the parent's protection.
func forkAfterPageOut(_ trial: Trial, protected: Bool) throws(CaseEnd) {
  let pages = try Backing.shmem.map(trial)
  pages.fill()
  let tracker = protected ? try Tracker(trial, of: pages) : nil
  if let tracker { try tracker.protect(pages) }
  try trial.pageOut(pages)
  let letters = protected ? "SW" : "-"
  try trial.expectPagemap(pages, 0..<4, letters, "of the parent, out")
  try trial.inChild { (child) throws(CaseEnd) in
    try child.expectPagemap(pages, 0..<4, "-", "of the child")
    try child.expectIntact(pages)
    try child.expectPagemap(pages, 0..<4, "PFX", "of the child after loads")
  }
  try trial.expectPagemap(pages, 0..<4, letters, "of the parent after the child's end")
  if let tracker {
    try trial.expectWriteFaults(tracker, pages, "a store to each page")
    try trial.expectEvents([], in: tracker, after: 4, "after the stores")
  }
  try trial.expectIntact(pages)
}

/// A dumper that trusts pagemap alone loses swapped shared pages; lseek(2) shows them all.
func dumperSequence(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.shmem.map(trial, pages: 8)
  pages.fill(0..<4)
  try trial.pageOut(pages)
  let companion = try trial.fork { (child, line) throws(CaseEnd) in
    try line.wait("the parent's munmap")
    let entries = try pages.pagemap(child)
    let found = entries.reduce(0) {
      $0 + ($1.bits.isDisjoint(with: [.present, .swapped]) ? 0 : 1)
    }
    try child.expect(found, equals: 0, "pages that pagemap shows")
    let core = try child.attempt("mincore", try pages.range.residency())
    let resident = core.reduce(0) { $0 + ($1 ? 1 : 0) }
    child.evidence("mincore", resident)
    try child.expect(
      resident == 0 || resident == 4, expected: "0 pages by mincore, or 4 in the swap cache",
      seen: "\(resident)")
    try expectData(child, pages, upTo: 16384)
    try child.expectIntact(pages)
  }
  try trial.expectSuccess(of: "munmap", try pages.range.unmap())
  try companion.line.knock()
  try companion.finish()
}

/// The marker of a protected hole looks swapped; nothing else takes it for data.
func markerLooksSwapped(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.shmem.map(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 1..<3)
  try trial.expectPagemap(pages, 1..<3, "SW", "markers")
  try trial.expectPagemap(pages, 0, "-", "before them")
  try trial.expectPagemap(pages, 3, "-", "after them")
  let raw = try pages.pagemap(trial, 1..<2)[0].rawValue
  trial.evidence("raw", "0x" + hex(raw))
  // A swap type past those of real areas, of which there are at most 30.
  try trial.expect(
    raw & 31 >= 24, expected: "a swap type of the kernel's own", seen: "type \(raw & 31)")
  try pages.withFile { (file) throws(CaseEnd) in
    let data: UInt64?
    do throws(Errno) { data = try file.nextData(from: 0) } catch {
      throw .error("lseek failed with \(error)")
    }
    try trial.expect(data == nil, expected: "no data by lseek", seen: "data at \(data ?? 0)")
  }
  try trial.expect(try pages.smaps(trial, "Swap"), equals: 0, "kB of Swap in smaps")
  let core = try trial.attempt("mincore", try pages.range.residency())
  try trial.expect(!core.contains(true), expected: "nothing resident", seen: "a resident page")
  try trial.expectWriteFault(tracker, pages, 1, "a store", pages.store(1, 0xa1))
  try trial.expectIntact(pages)
}

/// Of anonymous pages that are out at fork each side brings in its own.
func anonSwapFork(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  try trial.pageOut(pages)
  let companion = try trial.fork { (child, line) throws(CaseEnd) in
    try child.expectPagemap(pages, 0..<4, "S", "of the child")
    try line.knock()
    try line.wait("the parent's loads and store")
    try child.expectPagemap(pages, 0..<4, "S", "of the child after the parent's")
    try child.expectIntact(pages)
    pages.store(3, 0xc3)
    try child.expectIntact(pages)
  }
  try companion.wait("the child's look")
  try trial.expectPagemap(pages, 0..<4, "S", "of the parent")
  pages.load(0)
  pages.load(1)
  try trial.expectPagemap(pages, 0..<2, "PX", "of the parent after its loads")
  pages.store(1, 0xa1)
  try trial.expectPagemap(pages, 1, "PX", "of the parent after its store")
  try trial.expectPagemap(pages, 2..<4, "S", "of the parent, out")
  try companion.line.knock()
  try companion.finish()
  try trial.expectIntact(pages)
}
