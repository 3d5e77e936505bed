import GuestKit
import LinuxMM

/// Squeezes the group until no page of the mapping is left in memory, or ends as unexercised.
private func squeeze(_ trial: Trial, _ pages: Pages, in group: borrowing MemoryGroup)
  throws(CaseEnd)
{
  var left = pages.count
  for attempt in 1...12 {
    do throws(Errno) {
      try group.reclaim(bytes: UInt64(pages.count) * 4096 + (1 << 20))
      left = try Pagemap().entries(pages.range).reduce(0) {
        $0 + ($1.bits.contains(.present) ? 1 : 0)
      }
      trial.evidence("squeezes", attempt)
      guard left > 0 else { return }
      try System.drainPageLists()
    } catch { throw .error("reclaiming failed with \(error)") }
  }
  throw .unexercised("\(left) of \(pages.count) pages stay in memory under pressure")
}

/// Reclaim under pressure, in whatever batches it likes, keeps each page's protection apart.
func groupPressure(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let group = try trial.attempt("a memory cgroup", try MemoryGroup())
  let pages = try backing.map(trial, pages: 4096)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  for page in stride(from: 0, to: pages.count, by: 2) { try tracker.protect(pages, page) }
  try squeeze(trial, pages, in: group)
  try trial.expectProtected(pages, "out") { $0 % 2 == 0 }
  try trial.expectNoEvent(tracker, "loads", pages.loadAll())
  try trial.expectCount(.present, in: pages, equals: pages.count, "after loads")
  try trial.expectProtected(pages, "back") { $0 % 2 == 0 }
  try trial.expectIntact(pages)
  try trial.expectWriteFaults(tracker, pages, 0..<512, "stores") { $0 % 2 == 0 }
  try squeeze(trial, pages, in: group)
  try trial.expectProtected(pages, "out again") { $0 % 2 == 0 && $0 >= 512 }
  try trial.expectWriteFaults(tracker, pages, 0..<1536, "stores to pages out") {
    $0 % 2 == 0 && $0 >= 512
  }
  try trial.expectProtected(pages, "after the stores") { $0 % 2 == 0 && $0 >= 1536 }
  try trial.expectIntact(pages)
}

/// Pages of two processes leave both; only the one that protected them has markers and faults.
func twoProcessPressure(_ trial: Trial) throws(CaseEnd) {
  let count = 512
  let group = try trial.attempt("a memory cgroup", try MemoryGroup())
  let pages = try Backing.shmem.map(trial, pages: count)
  let other = try trial.fork { (child, line) throws(CaseEnd) in
    try line.wait("the pages are filled", within: .seconds(20))
    pages.loadAll()
    try child.expectCount([.present, .file], in: pages, equals: count, "in the other process")
    try line.knock()
    try line.wait("the pages are out", within: .seconds(20))
    try child.expectPagemap(pages, 0..<count, "-", "out, in the other process")
    for page in 0..<count { pages.store(page, at: 0x80, 0x80) }
    try child.expectPagemap(pages, 0..<count, "PFX", "written by the other process")
    try line.knock()
    try line.wait("the case ends", within: .seconds(20))
  }
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try other.line.knock()
  try other.line.wait("the other process maps the pages", within: .seconds(20))
  try trial.expectPagemap(pages, 0..<count, "PFW", "mapped twice")
  try squeeze(trial, pages, in: group)
  try trial.expectPagemap(pages, 0..<count, "SW", "out, where it was protected")
  let mark = tracker.log.count
  try other.line.knock()
  try other.line.wait("the other process's stores end", within: .seconds(20))
  for page in 0..<count { pages.note(page, at: 0x80, 0x80) }
  try trial.expectEvents([], in: tracker, after: mark, "stores of the other process")
  try trial.expectPagemap(pages, 0..<count, "SW", "after the other process's stores")
  try trial.expectWriteFaults(tracker, pages, "stores where it was protected")
  try trial.expectIntact(pages)
  try other.line.knock()
  try other.finish()
}
