import GuestKit
import LinuxMM
import UffdWP

/// Private memory after fork: the child's stores are its own, and so are the parent's; twice in a row.
func basicCopies(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial, pages: 6)
  var file: Pages?
  if backing == .shmempriv || backing == .filepriv {
    // 0 and 1 are copies already, the others still the file's.
    let alias = try pages.alias(trial)
    alias.fill()
    for page in 0..<pages.count { pages.note(page, fullOf: Pages.pattern(page)) }
    for page in 0..<5 { pages.load(page) }
    for page in 0..<2 { pages.store(page, at: 0x10, 0x01) }
    file = alias
  } else if backing != .thp {
    pages.fill(0..<5)
  }
  for round in 0..<2 {
    try copyBothWays(trial, pages, isFirst: round == 0)
    try trial.expectIntact(pages, nil, "after child \(round + 1)")
  }
  if let file { try trial.expectIntact(file, nil, "in the file under its private copies") }
}

/// One child: it stores first, then the parent, then the child again, where the parent has not.
private func copyBothWays(_ trial: Trial, _ pages: Pages, isFirst: Bool) throws(CaseEnd) {
  let last = pages.count - 1
  let place: UInt64 = isFirst ? 0x123 : 0x654
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try trial.expectIntact(pages, nil, "inherited by the child")
    for page in [1, 2, last] { pages.store(page, at: place, 0xc1) }
    try trial.expectIntact(pages, nil, "after the child's stores")
    try line.knock()
    try line.turn(try trial.expectIntact(pages, nil, "in the child after the parent's stores"))
    for page in [0, 3] { pages.store(page, at: place, 0xc2) }
    try trial.expectIntact(pages, nil, "in the child after all stores")
  }
  try child.wait("the child's stores end")
  if isFirst, pages.backing != .filepriv {
    let bits = try pages.bits(trial, 0)
    try trial.prove(!bits.contains(.exclusive), otherwise: "page 0 is not shared with the child")
  }
  try trial.expectIntact(pages, nil, "after the child's stores")
  for page in [0, 2, 4] { pages.store(page, at: place, 0xa1) }
  try trial.expectIntact(pages, nil, "after the parent's stores")
  try child.turn("the child looks again")
  for page in [1, last] { pages.store(page, at: place + 1, 0xa2) }
  try child.finish()
}

/// Swapped pages after fork: whoever swaps in or stores first, nobody sees the other's stores.
func swapCacheCopies(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 8)
  pages.fill()
  try trial.pageOut(pages)
  try trial.expectPagemap(pages, 0..<8, "S", "swapped out")
  pages.load(6)
  try trial.expectPagemap(pages, 6, "PX", "swapped in before fork")

  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try trial.expectPagemap(pages, 0..<6, "S", "of the child")
    try trial.expectPagemap(pages, 6, "P", "of the child")
    pages.store(0, 0xc0)
    pages.load(3)
    try line.knock()
    try line.turn(try trial.expectIntact(pages, 0..<7, "in the child after the parent's stores"))
    for page in [2, 5] { pages.store(page, at: 0x456, 0xc2) }
    try trial.expectIntact(pages, nil, "in the child after all stores")
    try line.turn(pages.store(4, at: 0x456, 0xc4))
    try trial.expectIntact(pages, nil, "in the child at the end")
  }
  try child.wait("the child's first store ends")
  try trial.expectIntact(pages, 0..<1, "after the child's store")
  // 1: stored to while swapped; 2: loaded, then stored to; 3: the child has it in; 6: in since before.
  pages.store(1, 0xa1)
  pages.load(2)
  for page in [2, 3, 6] { pages.store(page, 0xa0) }
  try child.turn("the child looks at its pages")
  try trial.expectIntact(pages, nil, "after the parent's stores")
  pages.load(4)
  try child.turn("the child stores to a page that the parent has swapped in")
  pages.store(4, 0xa4)
  try child.finish()
  try trial.expectIntact(pages, nil, "after the child's end")

  // What came back is written out and in once more: a wrong swap count shows here.
  try trial.pageOut(pages)
  try trial.expectIntact(pages)
}

/// When a page is exclusive again, a store reuses it instead of making one more copy.
enum Reuse {
  case afterChild(Backing)
  case afterSwapIn
}

func exclusiveReuse(_ trial: Trial, _ reuse: Reuse) throws(CaseEnd) {
  let pages: Pages
  let page = 5
  switch reuse {
  case .afterChild(let backing):
    pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial, pages: 8)
    pages.fill()
    try trial.inChild { (child) throws(CaseEnd) in
      try child.expectIntact(pages, page..<(page + 1), "in the child")
      try child.prove(
        try !pages.bits(child, page).contains(.exclusive), otherwise: "the page is not shared")
    }
  case .afterSwapIn:
    pages = try Backing.anon.map(trial, pages: 8)
    pages.fill()
    try trial.pageOut(pages)
    pages.load(page)
  }
  let before = try frame(trial, pages, page)
  try trial.prove(before != 0, otherwise: "pagemap shows no frame numbers")
  pages.store(page, 0x51)
  if case .afterSwapIn = reuse, Requirement.writeProtectFiles.lacking() != nil {
    // Swap entries know who is exclusive since 5.19 (1493a1913e34), as old as that feature bit; before, one
    // more reference to the page was enough for a copy.
    trial.evidence("copied", try frame(trial, pages, page) != before)
  } else {
    try expectFrame(trial, pages, page, before)
  }
  if case .afterChild(.thp) = reuse {
    let huge = try pages.smaps(trial, "AnonHugePages")
    try trial.expect(huge, equals: 2048, "AnonHugePages after the store")
  }
  try trial.expectIntact(pages)
}
