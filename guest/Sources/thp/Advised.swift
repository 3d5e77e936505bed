import GuestKit
import LinuxMM

/// MADV_COLD and MADV_FREE of a protected huge page, whole and in part, leave it protected.
func advisedKeeps(_ trial: Trial, _ advice: Advice) throws(CaseEnd) {
  let pages = try hugeArea(trial, huge: 2)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  // Up to the middle of the second one, which is split by that.
  let some = 0..<(perHuge + 256)
  try trial.attempt("MADV_\(advice.name)", try pages.range(some).advise(advice))
  try trial.expectProtected(pages, "after MADV_\(advice.name)")
  try trial.expectCount(.present, in: pages, equals: pages.count, "after MADV_\(advice.name)")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(3))
  try trial.expectWriteFaults(tracker, pages, "a store to each page")
  try trial.expectIntact(pages)
}

/// Writing through /proc/self/mem, even with force, does not get past a huge page's protection.
func procMemFails(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  let memory = try trial.attempt(
    "opening /proc/self/mem", try Descriptor(opening: "/proc/self/mem", for: .readWrite))
  for access in ["writable", "read-only"] {
    let mark = tracker.log.count
    try trial.expect(
      .ioError, from: "pwrite to a protected page, \(access)",
      try memory.write([0xee], at: pages.address(30, at: 0x123)))
    try trial.expectEvents([], in: tracker, after: mark, "pwrite to /proc/self/mem")
    try trial.expectProtected(pages, "after pwrite")
    try trial.expectIntact(pages, nil, "after pwrite")
    try trial.attempt("mprotect", try pages.range.protect(.read))
  }
  try trial.attempt("mprotect", try pages.range.protect(.readWrite))
  try trial.expectHuge(pages, 1, "after pwrite")
  try trial.expectWriteFaults(tracker, pages, 0..<40, "stores")
  try trial.expectIntact(pages)
}

/// A scan that protects part of a huge page protects that part alone.
func scanPart(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try Tracker(trial, of: pages, features: .writeProtectAsync)
  var scan = PagemapScan()
  scan.all = .written
  scan.returned = .written
  scan.flags = .protectMatching
  let part = pages.range(8..<12)
  let answer = try trial.attempt(
    "PAGEMAP_SCAN", try scan.scan(try Pagemap(), from: part.start, to: part.end))
  try trial.expect(
    answer.regions.count == 1 && answer.regions[0].range == part,
    expected: "pages 8 to 11 reported", seen: "\(answer.regions.count) regions")
  try trial.expectProtected(pages, "after a scan of four pages") { (8..<12).contains($0) }
  try trial.expectNoEvent(tracker, "a store to one of them", pages.store(9, 0xa9))
  try trial.expectWritten(
    pages, (0..<perHuge).filter { !(8..<12).contains($0) || $0 == 9 }, "after a store")
  try trial.expectIntact(pages)
}
