import GuestKit
import LinuxMM
import UffdWP

/// Parts of a huge page that the kernel could treat in ways of their own: both ends, the middle, each half.
private let places = [0, 1, 100, 255, 256, 300, 510, 511]

/// Wherever in a huge page the first touch is, all of it is cleared; wherever the first store after fork is, all
/// of it is copied.
func hugeWholeAnywhere(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  for place in places {
    let pages = try backing.map(trial, pages: 1)
    let parts = Pages(.anon, at: AddressRange(start: pages.range.start, length: 2 << 20))
    parts.store(place, 0x51)
    if backing == .thp { try proveHuge(trial, pages, "touched memory") }
    try trial.expectIntact(parts, nil, "first touched in part \(place)")
    guard backing == .hugetlbpriv else {
      try trial.attempt("munmap", try pages.range.unmap())
      continue
    }
    parts.fill()
    let child = try trial.fork { (trial, line) throws(CaseEnd) in
      try line.turn(try trial.expectIntact(parts, nil, "in the child"))
    }
    parts.store(place, 0xa1)
    try trial.expectIntact(parts, nil, "copied for a store to part \(place)")
    try child.turn("the child looks at its memory")
    try child.finish()
    try trial.attempt("munmap", try pages.range.unmap())
  }
}

/// A huge page that is split while a child shares it: each part is still shared, and copied for whoever stores.
func splitWhileShared(_ trial: Trial) throws(CaseEnd) {
  let pages = try mapHuge(trial)
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(try trial.expectIntact(pages, nil, "inherited by the child"))
    try line.turn(try trial.expectIntact(pages, nil, "in the child after the parent's stores"))
    for page in places { pages.store(page, at: 0x456, 0xc1) }
    try line.turn(try trial.expectIntact(pages, nil, "in the child"))
  }
  try child.turn("the child looks at its memory")
  for attempt in 1...4 {
    do throws(Errno) {
      try HugePages.split(pages.range, ofProcess: System.processID)
    } catch { trial.evidence("split_\(attempt)", error) }
    if try pages.smaps(trial, "AnonHugePages") == 0 { break }
    try trial.attempt("compact_memory", try System.drainPageLists())
  }
  let left = try pages.smaps(trial, "AnonHugePages")
  try trial.prove(left == 0, otherwise: "AnonHugePages is \(left) kB after split_huge_pages")
  try trial.expectCount(.exclusive, in: pages, equals: 0, "split while a child shares it")
  let before = try frame(trial, pages, 1)
  try toggle(trial, pages.range)
  for page in places { pages.store(page, 0xa1) }
  let after = try frame(trial, pages, 1)
  try trial.expect(
    after != before || before == 0, expected: "a store copies a part that a child shares",
    seen: "it stays in frame 0x\(hex(before))")
  try child.turn("the child looks after the parent's stores")
  try child.turn("the child stores")
  try trial.expectIntact(pages, nil, "after the child's stores")
  try child.finish()
  try trial.expectIntact(pages)
}

@CaseList var hugeParts: [Case] {
  Case.each(
    "cow.huge-whole-anywhere", "a huge page is cleared and copied whole, wherever it is touched",
    on: [.thp, .hugetlbpriv, .hugetlb], needsOn: { room($0) }, body: hugeWholeAnywhere)
  Case(
    "cow.split-while-shared", "the parts of a huge page split while shared are still shared",
    needs: [.transparentHugePages, .root, .splitHugePages], body: splitWhileShared)
}
