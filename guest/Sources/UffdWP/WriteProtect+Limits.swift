public import GuestKit
internal import LinuxMM

// Where a protection ends: at the edge of a range, at a copy, at the lifting itself.
extension WriteProtect {
  /// Unregistering a part clears that part and leaves the rest protected.
  public static func unregisterPart(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    let part = pages.range(1..<3)
    try tracker.call("UFFDIO_UNREGISTER of a part") { (uffd) throws(Errno) -> Void in
      try uffd.unregister(part)
    }
    let letters = backing.writtenLetters
    try trial.expectPagemap(pages, 0, letters + "W", "before the unregistered part")
    try trial.expectPagemap(pages, 1..<3, letters, "in the unregistered part")
    try trial.expectPagemap(pages, 3, letters + "W", "behind the unregistered part")
    for page in 1..<3 {
      try trial.expectNoEvent(
        tracker, "a store to the unregistered page \(page)", pages.store(page, 0x91))
    }
    for page in [0, 3] {
      try trial.expectWriteFault(
        tracker, pages, page, "a store to page \(page), still registered", pages.store(page, 0x92))
    }
    try trial.expectIntact(pages)
  }

  /// Lifting a protection does not make a page writable that a child still shares.
  public static func unprotectKeepsCopy(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let child = try trial.fork { (child, line) throws(CaseEnd) in
      try line.knock()
      try line.wait("the parent's stores")
      try child.expectIntact(pages, nil, "in the child, after the parent's stores")
    }
    try child.line.wait("the child to be there")
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 0..<2)
    try tracker.unprotect(pages, 0)
    try trial.expectNoEvent(tracker, "a store after lifting", pages.store(0, 0x94))
    try trial.expectWriteFault(
      tracker, pages, 1, "a store to a protected page", pages.store(1, 0x95))
    try child.line.knock()
    try child.finish("the child looks at its copies")
    try trial.expectIntact(pages)
  }

  /// One call over many page tables, most of them empty, finds every page that is there.
  public static func sparseRange(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let perTable = Int(Memory.hugePageSize / Memory.pageSize)
    let pages = try backing.map(trial, pages: 5 * perTable)
    let there = [0, perTable - 1, 3 * perTable, 5 * perTable - 1]
    for page in there { pages.fill(page..<(page + 1)) }
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    for page in there {
      try trial.expectPagemap(
        pages, page, backing.writtenLetters + "W", "protected in a sparse range")
    }
    for page in there {
      try trial.expectWriteFault(
        tracker, pages, page, "a store to page \(page)", pages.store(page, 0x96))
    }
    try tracker.protect(pages)
    try tracker.unprotect(pages)
    try trial.expectCount(.writeProtected, in: pages, equals: 0, "after lifting it all")
    for page in there {
      try trial.expectNoEvent(
        tracker, "a store to page \(page) after lifting", pages.store(page, 0x97))
    }
    for page in there { try trial.expectIntact(pages, page..<(page + 1)) }
  }

  /// With `WP_ASYNC` a store to a page in swap goes through at once, and only its bit is cleared.
  public static func asyncSwapped(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, features: .writeProtectAsync, pageSize: pages.pageSize)
    try tracker.register(pages)
    try tracker.protect(pages)
    try trial.pageOut(pages)
    try trial.expectPagemap(pages, 0..<4, "SW", "protected and swapped out")
    try trial.expectNoEvent(tracker, "a store to a swapped page", pages.store(1, 0x98))
    try trial.expectNoEvent(tracker, "a load from a swapped page", _ = pages.load(2))
    let letters = backing.writtenLetters
    try trial.expectPagemap(pages, 1, letters, "swapped in by a store")
    try trial.expectPagemap(pages, 2, letters + "W", "swapped in by a load")
    try trial.expectPagemap(pages, 3, "SW", "still swapped out")
    try trial.expect(try written(trial, pages), equals: "1-1", "pages written")
    try trial.expectIntact(pages)
  }
}
