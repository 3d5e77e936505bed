import GuestKit
import LinuxMM

/// Get and protect in one call: what was written comes once, and is tracked from then on.
func getAndProtect(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try inOneTable(trial, backing, pages: backing.isHugetlb ? 4 : 8)
  pages.fill()
  let tracker = try asynchronous(trial, pages)
  let unit = backing.isHugetlb ? perHuge : 1
  func list(_ some: [Int]) -> String {
    var text = ""
    for page in some { text += "\(page * unit)-\((page + 1) * unit) " }
    return text + "end \(pages.count * unit)"
  }
  let all = "0-\(pages.count * unit) end \(pages.count * unit)"
  let letters = backing.writtenLetters
  for thorough in [false, true] {
    let get = PagemapScan.written(thorough: thorough)
    let both = PagemapScan.written(protecting: true, thorough: thorough)
    let how = thorough ? "for more than written" : "for written"
    try trial.expectScan(pages, get, all, "\(how), filled")
    try trial.expectPagemap(pages, 0..<pages.count, letters, "after a scan that only looks")
    try trial.expectScan(pages, both, all, "\(how) and protecting, filled")
    try trial.expectPagemap(pages, 0..<pages.count, letters + "W", "protected by a scan")
    try trial.expectScan(pages, both, list([]), "\(how) and protecting, twice")
    for page in 0..<pages.count { pages.load(page) }
    try trial.expectScan(pages, get, list([]), "\(how), loaded")
    pages.store(1, 0xa1)
    pages.store(3, 0xa3)
    try trial.expectPagemap(pages, 1, letters, "after a store")
    try trial.expectScan(pages, get, list([1, 3]), "\(how), 1 3 stored to")
    try trial.expectScan(pages, both, list([1, 3]), "\(how) and protecting, 1 3 stored to")
    try trial.expectScan(pages, get, list([]), "\(how), protected again")
    // The same page again: what the processor remembers of it as writable must be gone.
    pages.store(3, 0xb3)
    try trial.expectScan(pages, get, list([3]), "\(how), 3 stored to again")
    try protectOne(trial, pages, unit, both)
    pages.fill()
  }
  try protectOnly(trial, pages, unit)
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  try trial.expectIntact(pages)
}

/// With a limit, only what is reported is protected.
private func protectOne(_ trial: Trial, _ pages: Pages, _ unit: Int, _ both: PagemapScan)
  throws(CaseEnd)
{
  pages.store(0, 0xc0)
  pages.store(1, 0xc1)
  pages.store(2, 0xc2)
  var one = both
  one.maximumPages = UInt64(unit)
  let left = pages.backing.writtenLetters
  try trial.expectScan(pages, one, "0-\(unit) end \(unit)", "of at most 1 page, protecting")
  try trial.expectPagemap(pages, 0, left + "W", "reported")
  try trial.expectPagemap(pages, 1..<4, left, "not reported")
  let rest = "\(unit)-\(4 * unit) end \(pages.count * unit)"
  try trial.expectScan(pages, .written(), rest, "of what was left")
  try keepsUnreported(trial, pages, unit, both)
  pages.fill(1..<4)
  one.maximumPages = 0
  one.regionLimit = 1
  try trial.expectScan(
    pages, one, "\(unit)-\(4 * unit) end \(pages.count * unit)", "with room for 1, protecting")
  try trial.expectPagemap(pages, 0..<pages.count, left + "W", "all reported")
}

/// What no room was left for stays unprotected, and comes with the next scan.
private func keepsUnreported(
  _ trial: Trial, _ pages: Pages, _ unit: Int, _ both: PagemapScan
) throws(CaseEnd) {
  let letters = pages.backing.writtenLetters
  let end = pages.count * unit
  let rest = "\(unit)-\(4 * unit) end \(end)"
  try trial.expectScan(pages, both, rest, "of what was left, protecting")
  pages.store(1, 0xe1)
  pages.store(3, 0xe3)
  var narrow = both
  narrow.regionLimit = 1
  try trial.expectScan(
    pages, narrow, "\(unit)-\(2 * unit) end \(3 * unit)", "with room for 1 of 2, protecting")
  try trial.expectPagemap(pages, 1, letters + "W", "reported")
  try trial.expectPagemap(pages, 3, letters, "without room to be reported")
  try trial.expectScan(
    pages, narrow, "\(3 * unit)-\(4 * unit) end \(end)", "going on", from: 3 * unit)
}

/// Without a vector a scan protects and says nothing.
private func protectOnly(_ trial: Trial, _ pages: Pages, _ unit: Int) throws(CaseEnd) {
  let letters = pages.backing.writtenLetters
  var silent = PagemapScan.written(protecting: true)
  silent.regionLimit = 0
  try trial.expectScan(pages, silent, "end \(2 * unit)", "without a vector", upTo: 2 * unit)
  try trial.expectPagemap(pages, 0..<2, letters + "W", "in the range")
  try trial.expectPagemap(pages, 2..<pages.count, letters, "after the range")
  let rest = "\(2 * unit)-\(pages.count * unit) end \(pages.count * unit)"
  try trial.expectScan(pages, .written(), rest, "of what was not protected")
  pages.store(0, 0xd0)
  try trial.expectPagemap(pages, 0, letters, "after a store")
  try trial.expectPagemap(pages, 1, letters + "W", "beside the store")
  var checked = PagemapScan.written(protecting: true)
  checked.flags = [.protectMatching, .checkAsync]
  try trial.expectScan(
    pages, checked, "0-\(unit) \(rest)", "with CHECK_WPASYNC")
}

/// The same of pages that are out, and of pages that never were: data and account survive.
func getAndProtectAbsent(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  for thorough in [false, true] {
    let pages = try inOneTable(trial, backing, pages: 8)
    pages.fill(0..<6)
    let tracker = try asynchronous(trial, pages)
    let get = PagemapScan.written()
    var both = PagemapScan.written(protecting: true)
    if thorough { both.any = [.written, .present] }  // the kernel's other loop
    try trial.pageOut(pages, 0..<4)
    try trial.expectScan(pages, both, "0-8 end 8", "of pages out, present and empty")
    try trial.expectCount(.writeProtected, in: pages, equals: 8, "protected by a scan")
    try trial.expectScan(pages, get, "end 8", "after it protected them")
    for page in 0..<2 { pages.load(page) }
    try trial.expectScan(pages, get, "end 8", "after loads brought some in")
    try trial.expectPagemap(pages, 0..<2, backing.writtenLetters + "W", "in again")
    for page in [1, 3, 5, 7] { pages.store(page, 0xa1) }
    let stored = "1-2 3-4 5-6 7-8 end 8"
    try trial.expectProtected(pages, "after stores to 1 3 5 7") { $0 % 2 == 0 }
    try trial.expectScan(pages, get, stored, "after stores to 1 3 5 7")
    // Out once more, protected and not: the account goes along.
    try trial.pageOut(pages)
    try trial.expectScan(pages, get, stored, "after all went out")
    try trial.expectIntact(pages)
    try trial.expectScan(pages, get, stored, "after all came in")
    try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  }
}

/// A zapped huge range counts as written, since its content changed, and can be protected again.
func hugeHoleWritten(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial, huge: 2)
  let tracker = try asynchronous(trial, pages)
  try trial.expectScan(
    pages, .written(protecting: true), "0-1024 end 1024", "of filled huge pages")
  try trial.expectScan(pages, .written(), "end 1024", "of protected huge pages")
  try trial.attempt("MADV_DONTNEED", try pages.range.advise(.dontNeed))
  for page in 0..<pages.count { pages.note(page, fullOf: 0) }
  try trial.expectScan(pages, .written(), "0-1024 end 1024", "of zapped huge pages")
  try trial.expectScan(
    pages, .written(thorough: true), "0-1024 end 1024", "of zapped huge pages, for more")
  try trial.expectScan(
    pages, .written(protecting: true), "0-1024 end 1024", "of zapped huge pages, protecting")
  try trial.expectCount(.writeProtected, in: pages, equals: 1024, "after that")
  try trial.expectScan(pages, .written(), "end 1024", "after that")
  pages.store(600, 0xa6)
  try trial.expectScan(pages, .written(), "600-601 end 1024", "after a store to page 600")
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  try trial.expectIntact(pages)
}

/// While a thread writes, get and protect loses no write: a copy kept by its reports ends up equal.
func atomicGetClear(_ trial: Trial) throws(CaseEnd) {
  let count = 64
  let pages = try inOneTable(trial, .anon, pages: count)
  pages.fill()
  let tracker = try asynchronous(trial, pages)
  try trial.attempt("using every CPU", try System.unpin())
  let start = pages.range.start
  let writer: Thread
  let deadline = System.nanoseconds + 700_000_000
  do throws(Errno) {
    writer = try Thread {
      var number: UInt64 = 1
      while System.nanoseconds < deadline {
        for _ in 0..<256 {
          Memory.storeWord(start + (number &* 29 % 64) * Memory.pageSize, number)
          number += 1
        }
      }
    }
  } catch { throw .error("starting the writer failed with \(error)") }
  var copy = [UInt64](repeating: 0, count: count)
  var scans = 0
  while System.nanoseconds < deadline || scans < 2 {
    try take(trial, pages, &copy)
    scans += 1
  }
  do throws(Errno) { try writer.join() } catch { throw .error("join failed with \(error)") }
  try take(trial, pages, &copy)
  trial.evidence("scans", scans)
  for page in 0..<count {
    let seen = Memory.loadWord(pages.address(page))
    try trial.expect(
      copy[page] == seen, expected: "write \(seen) of page \(page) reported by some scan",
      seen: "the last one reported is \(copy[page])")
  }
  let last = (0..<count).map { copy[$0] }.max() ?? 0
  trial.evidence("writes", last)
  try trial.prove(last > 1000, otherwise: "the writer wrote \(last) times only")
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
}

/// Copies what a scan says was written; it is protected before it is read.
private func take(_ trial: Trial, _ pages: Pages, _ copy: inout [UInt64]) throws(CaseEnd) {
  let answer = try trial.expectSuccess(
    of: "PAGEMAP_SCAN",
    try PagemapScan.written(protecting: true).scan(
      try Pagemap(), from: pages.range.start, to: pages.range.end))
  for region in answer.regions {
    let first = Int((region.range.start - pages.range.start) / Memory.pageSize)
    for page in first..<(first + Int(region.range.length / Memory.pageSize)) {
      copy[page] = Memory.loadWord(pages.address(page))
    }
  }
}
