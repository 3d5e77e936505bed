public import GuestKit
public import LinuxMM

/// Bodies about pages that are taken away while they are protected.
public enum Zaps {
  /// What a zap takes: only the page table's entry, or the file's page as well.
  public enum Hole: Sendable {
    /// `MADV_REMOVE`.
    case remove
    /// fallocate(2) `PUNCH_HOLE`.
    case punch
  }

  /// A protected page whose mapping is zapped leaves a marker; shared data is still there.
  public static func dontNeedKeeps(
    _ trial: Trial, _ backing: Backing, _ advice: Advice = .dontNeed
  ) throws(CaseEnd) {
    let (pages, tracker) = try Markers.layOut(trial, backing)
    try trial.expectPagemap(pages, 0..<3, backing.writtenLetters + "W", "protected")
    try trial.attempt("madvise", try pages.range(0..<4).advise(advice))
    if !backing.isShared {
      for page in 0..<4 { pages.note(page, fullOf: 0) }
    }
    if backing.isHugetlb { try expectHugetlbSize(trial, pages: 2) }
    try Markers.expectMarkers(trial, tracker, pages, "after MADV_" + advice.name)
  }

  /// Fails unless the kernel counts exactly so many huge pages as mapped by this process.
  private static func expectHugetlbSize(_ trial: Trial, pages: UInt64) throws(CaseEnd) {
    let size = try trial.attempt("reading status", try Counters.status("HugetlbPages"))
    try trial.expect(size ?? 0, equals: pages * 2048, "HugetlbPages in kB after the zap")
  }

  /// A private copy that is zapped while it is swapped out leaves a marker over its file's page.
  public static func swappedCopyKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker) = try Markers.layOut(trial, backing)
    try trial.pageOut(pages, 0..<4)
    try trial.expectPagemap(pages, 0..<3, "SW", "protected and swapped out")
    try trial.attempt("MADV_DONTNEED", try pages.range(0..<4).advise(.dontNeed))
    for page in 0..<4 { pages.note(page, fullOf: 0) }
    try Markers.expectMarkers(trial, tracker, pages, "zapped while swapped out")
  }

  /// A hole in the file under protected pages leaves markers, and no old data.
  public static func holeKeeps(_ trial: Trial, _ backing: Backing, _ hole: Hole)
    throws(CaseEnd)
  {
    let (pages, tracker) = try Markers.layOut(trial, backing)
    try trial.expectPagemap(pages, 0..<3, backing.writtenLetters + "W", "protected")
    switch hole {
    case .remove:
      try trial.attempt("MADV_REMOVE", try pages.range(0..<4).advise(.remove))
    case .punch:
      let length = 4 * pages.pageSize
      try pages.withFile { (file) throws(CaseEnd) in
        try trial.attempt("fallocate", try file.punchHole(at: 0, length: length))
      }
    }
    for page in 0..<4 { pages.note(page, fullOf: 0) }
    try Markers.expectMarkers(trial, tracker, pages, "after the hole was made")
  }

  /// Truncating the file and growing it again leaves the markers of shared memory, and no old data.
  public static func truncateKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker) = try Markers.layOut(trial, backing)
    try truncate(trial, pages)
    try Markers.expectMarkers(
      trial, tracker, pages, "after truncation and growth", othersKept: false)
  }

  /// Truncating a hugetlb file drops protection and markers.
  public static func truncateDrops(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker) = try Markers.layOut(trial, backing, filled: 1..<6)
    try trial.expectPagemap(pages, 0, backing.markerLetters, "protected while empty")
    try trial.expectPagemap(pages, 1, backing.writtenLetters + "W", "protected")
    try truncate(trial, pages)
    try trial.expectPagemap(pages, 0..<6, "-", "after truncation and growth")
    try trial.expectNoEvent(
      tracker, "stores after that", WriteProtect.storeToAll(pages, 0x43))
    try trial.expectIntact(pages)
  }

  private static func truncate(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
    let length = pages.range.length
    try pages.withFile { (file) throws(CaseEnd) in
      try trial.attempt("ftruncate to 0", try file.resize(to: 0))
      try trial.attempt("ftruncate back", try file.resize(to: length))
    }
    for page in 0..<pages.count { pages.note(page, fullOf: 0) }
  }

  /// Private copies stay when the file under them loses its pages, and stay protected.
  public static func punchUnderCopies(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 0..<2)
    let length = pages.range.length
    try pages.withFile { (file) throws(CaseEnd) in
      try trial.attempt("fallocate", try file.punchHole(at: 0, length: length))
    }
    try trial.expectPagemap(pages, 0..<2, "PXW", "private copies above the hole")
    try trial.expectPagemap(pages, 2..<4, "PX", "unprotected copies above the hole")
    for page in 0..<2 {
      let value = UInt8(0x80 + page)
      try trial.expectWriteFault(
        tracker, pages, page, "a store to a private copy", pages.store(page, value))
    }
    try trial.expectNoEvent(tracker, "a store to an unprotected copy", pages.store(2, 0x82))
    try trial.expectIntact(pages)
  }

  /// Behind the end of the file a marker stays what it is, and an access gets its SIGBUS.
  public static func markerBehindEnd(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    let length = pages.range.length
    let page = pages.pageSize
    try pages.withFile { (file) throws(CaseEnd) in
      try trial.attempt("ftruncate to one page", try file.resize(to: page))
    }
    try trial.expectPagemap(pages, 0..<4, backing.markerLetters, "after the truncation")
    let place = pages.address(2, at: 0x123)
    for isStore in [false, true] {
      let what = isStore ? "a store behind the end" : "a load from behind the end"
      let mark = tracker.log.count
      let access = isStore ? Memory.tryStore(place, 1) : Memory.tryLoad(place)
      try trial.expectEvents([], in: tracker, after: mark, what)
      let wanted = Memory.Access.busError(code: 2, address: place)
      try trial.expect(access, equals: wanted, what)
      try trial.expectPagemap(pages, 2, backing.markerLetters, "after a SIGBUS")
    }
    try pages.withFile { (file) throws(CaseEnd) in
      try trial.attempt("ftruncate back", try file.resize(to: length))
    }
    try trial.expectWriteFault(
      tracker, pages, 2, "a store once the file is long enough", pages.store(2, 0x99))
    try trial.expectIntact(pages)
  }

  /// What was zapped from a file's mapping was not written to, and is tracked on; a private page's content is
  /// another one, which is a write.
  public static func asyncNotWritten(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, features: .writeProtectAsync)
    try tracker.protect(pages)
    try trial.expectWritten(pages, [], "protected")
    try trial.attempt("MADV_DONTNEED", try pages.range(1..<4).advise(.dontNeed))
    let isKept = backing.isShared
    let letters = backing.writtenLetters
    try trial.expectPagemap(pages, 1..<4, isKept ? "SW" : "-", "zapped")
    try trial.expectPagemap(pages, 4..<6, letters + "W", "not zapped")
    try trial.expectWritten(pages, isKept ? [] : [1, 2, 3], "after MADV_DONTNEED")
    if !isKept { for page in 1..<4 { pages.note(page, fullOf: 0) } }
    try trial.expectIntact(pages, nil, "after MADV_DONTNEED")
    try trial.expectWritten(pages, isKept ? [] : [1, 2, 3], "after loads")
    try trial.expectNoEvent(tracker, "a store to a zapped page", pages.store(2, 0x98))
    try trial.expectNoEvent(tracker, "a store to another", pages.store(5, 0x99))
    try trial.expectWritten(pages, isKept ? [2, 5] : [1, 2, 3, 5], "after two stores")
    try trial.expectIntact(pages)
  }
}
