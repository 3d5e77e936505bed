import GuestKit
import LinuxMM

/// A whole huge page is protected as one; part of it only after it was broken up.
func partOfHuge(_ trial: Trial) throws(CaseEnd) {
  let whole = try hugeArea(trial)
  let tracker = try asynchronous(trial, whole)
  let huge = PagemapScan(
    all: .written, returned: [.written, .huge], flags: .protectMatching)
  try trial.expectScan(
    whole, huge, "0-512=0x42 end 512", "of a whole huge page, protecting", categories: true)
  try trial.prove(try mappedHuge(trial, whole) == 2048, otherwise: "it was broken up")
  try trial.expectPagemap(whole, 0..<perHuge, "PXW", "protected as a whole")
  try trial.expectScan(whole, huge, "end 512", "of a protected huge page")
  whole.store(5, 0xa5)
  try trial.expectScan(whole, .written(), "5-6 end 512", "after a store to page 5")
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  try trial.expectIntact(whole)
  try forgetsHuge(trial)

  let parts: [(String, Int, Int?, UInt64, ClosedRange<Int>, String)] = [
    ("of 4 pages in the middle", 8, 12, 0, 8...11, "8-12 end 12"),
    ("of the first page", 0, 1, 0, 0...0, "0-1 end 1"),
    ("from page 510", 510, nil, 0, 510...511, "510-512 end 512"),
    ("of at most 5 pages", 0, nil, 5, 0...4, "0-5 end 5"),
  ]
  for (what, first, last, most, protected, expected) in parts {
    let pages = try hugeArea(trial)
    let other = try asynchronous(trial, pages)
    var scan = PagemapScan.written(protecting: true)
    scan.maximumPages = most
    try trial.expectScan(pages, scan, expected, what, from: first, upTo: last)
    try trial.expectProtected(pages, "after a scan \(what)") { protected.contains($0) }
    try trial.prove(try mappedHuge(trial, pages) == 0, otherwise: "it was not broken up")
    pages.store(protected.lowerBound, 0xa6)
    try trial.expectProtected(pages, "after a store") {
      protected.contains($0) && $0 != protected.lowerBound
    }
    try trial.expectEvents([], in: other, after: 0, "in asynchronous mode")
    try trial.expectIntact(pages)
  }
}

/// What the processor remembers of a huge page as writable is gone when a scan has protected it.
private func forgetsHuge(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try asynchronous(trial, pages)
  pages.store(9, 0xa8)
  try trial.expectScan(
    pages, .written(protecting: true), "0-512 end 512", "just after a store, protecting")
  pages.store(9, 0xa9)
  try trial.expectScan(pages, .written(), "9-10 end 512", "after the next store")
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  try trial.expectIntact(pages)
}

/// Nothing of a hugetlb page is protected by a scan that ends inside of it.
func partOfHugetlb(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.hugetlb.map(trial, pages: 2)
  pages.fill()
  let tracker = try asynchronous(trial, pages)
  let both = PagemapScan.written(protecting: true)
  try trial.expectScan(pages, both, "end 0", "of half a page, protecting", upTo: 256)
  try trial.expectPagemap(pages, 0..<2, "PFX", "after a scan of half a page")
  var five = both
  five.maximumPages = 5
  let seen = try trial.scan(pages, five)
  trial.evidence("at_most_5", seen)
  // Going on at page 512 passes over the first page without ever having reported it.
  try trial.expect(
    isSame(seen, "end 0") || isSame(seen, "end 512"),
    expected: "no region, and an end at page 0 or 512", seen: seen)
  try trial.expectPagemap(pages, 0..<2, "PFX", "after a scan of at most 5 pages")
  try trial.expectScan(pages, .written(), "0-256 end 256", "of half a page, looking", upTo: 256)
  try trial.expectScan(pages, both, "0-1024 end 1024", "of all, protecting")
  try trial.expectPagemap(pages, 0..<2, "PFXW", "protected by a scan")
  try trial.expectScan(pages, both, "end 1024", "of all, twice")
  pages.store(1, 0xa1)
  try trial.expectScan(pages, both, "512-1024 end 1024", "after a store to the second")
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  try trial.expectIntact(pages)
}

/// Hugetlb pages that do not exist are not written; one that a store brought is.
func hugetlbHole(_ trial: Trial, registered: Bool) throws(CaseEnd) {
  let pages = try Backing.hugetlb.map(trial, pages: 4)
  let tracker = registered ? try asynchronous(trial, pages) : nil
  try trial.expectScan(pages, .written(), "end 2048", "of hugetlb holes")
  pages.store(2, 0xa2)
  let isSaid = registered || trial.untrackedLooksWritten
  let page = isSaid ? "1024-1536 end 2048" : "end 2048"
  try trial.expectScan(pages, .written(), page, "after a store to page 2")
  try trial.expectScan(pages, .written(thorough: true), page, "after a store to page 2, for more")
  if let tracker {
    try trial.expectScan(
      pages, .written(protecting: true), "1024-1536 end 2048", "protecting what is written")
    try trial.expectPagemap(pages, 2, "PFXW", "protected by a scan")
    try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  }
  try trial.expectIntact(pages)
}

/// Protecting hugetlb holes, where not even a page table is, returns.
///
/// A kernel without e92d92bbafb2 locks the caller up for good, and with it whoever looks at its
/// memory: nobody else may.
func hugetlbHoleReturns(_ trial: Trial) throws(CaseEnd) {
  let far = UInt64(64) << 30
  let made = try trial.attempt(
    "mapping hugetlb pages at 64 GiB",
    try Mapping(anonymous: 4 * Memory.hugePageSize, .shared, huge: true, at: far).relinquish())
  let pages = Pages(.hugetlb, at: made)
  let tracker = try asynchronous(trial, pages)
  var silent = PagemapScan()
  silent.flags = .protectMatching
  silent.regionLimit = 0
  try trial.expectScan(pages, silent, "end 2048", "protecting hugetlb holes")
  let armed = try trial.count(.writeProtected, in: pages)
  trial.evidence("armed", armed)
  try trial.expect(
    armed % perHuge == 0, expected: "whole pages protected", seen: "\(armed) entries")
  try trial.expectScan(pages, .written(), "end 2048", "of hugetlb holes")
  pages.store(1, 0xa1)
  try trial.expectScan(pages, .written(), "512-1024 end 2048", "after a store to page 1")
  pages.store(0, 0xa0)
  try trial.expectScan(pages, .written(), "0-1024 end 2048", "after a store to page 0")
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  try trial.expectIntact(pages)
}
