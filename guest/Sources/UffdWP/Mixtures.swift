public import GuestKit
public import LinuxMM

/// Bodies about one call over entries of every kind, on both sides of a page table's end.
///
/// Pages 0..<96 lie across the end of a page table, which is anywhere in 32..<64. Each kind has every sixth page:
/// present or swapped, each protected or not, a marker (or nothing, where holes have none), and a hole.
public enum Mixtures {
  static let count = 96

  enum Kind: Int {
    case present, protected, swapped, swappedProtected, marker, hole
  }

  static func kind(_ page: Int) -> Kind { Kind(rawValue: page % 6) ?? .hole }

  /// Maps them across a table's end and brings every page to its state.
  static func layOut(
    _ trial: Trial, _ backing: Backing, _ features: Userfaultfd.Features = []
  ) throws(CaseEnd) -> (pages: Pages, tracker: Tracker) {
    let whole = try backing.map(trial, pages: 1024 + count)
    let huge = Memory.hugePageSize
    let end = (whole.range.start + huge) / huge * huge
    let start = end - UInt64(count / 2) * Memory.pageSize
    let length = UInt64(count) * Memory.pageSize
    let first = start >= whole.range.start ? start : start + huge
    let pages = Pages(backing, at: AddressRange(start: first, length: length))
    for page in 0..<count where kind(page).rawValue < Kind.marker.rawValue {
      pages.fill(page..<(page + 1))
    }
    var wanted = features
    if backing == .anon, Requirement.writeProtectUnpopulated.lacking() == nil {
      wanted.insert(.writeProtectUnpopulated)
    }
    let tracker = try Tracker(trial, features: wanted)
    try tracker.register(pages)
    for page in 0..<count where isProtected(page) { try tracker.protect(pages, page) }
    // One by one: what lies between two of them stays.
    for page in 0..<count where kind(page) == .swapped {
      try pageOut(trial, pages, page..<(page + 2))
    }
    try expectAll(trial, pages, backing, "before")
    return (pages, tracker)
  }

  private static func pageOut(_ trial: Trial, _ pages: Pages, _ some: Range<Int>) throws(CaseEnd) {
    for attempt in 0..<6 {
      try trial.attempt("MADV_PAGEOUT", try pages.range(some).advise(.pageOut))
      if try trial.count(.present, in: pages, some) == 0 { return }
      if attempt > 0 { try trial.attempt("compact_memory", try System.drainPageLists()) }
    }
    try trial.unexercised("pages from \(some.lowerBound) on stay in memory after 6 MADV_PAGEOUT")
  }

  static func isProtected(_ page: Int) -> Bool {
    switch kind(page) {
    case .protected, .swappedProtected, .marker: true
    case .present, .swapped, .hole: false
    }
  }

  /// Letters of a page in its first state.
  private static func letters(_ page: Int, _ backing: Backing) -> String {
    switch kind(page) {
    case .present: return backing.writtenLetters
    case .protected: return backing.writtenLetters + "W"
    case .swapped: return backing.isShared ? "-" : "S"
    case .swappedProtected: return "SW"
    case .marker:
      let hasMarkers = backing != .anon || Requirement.writeProtectUnpopulated.lacking() == nil
      return hasMarkers ? "SW" : "-"
    case .hole: return "-"
    }
  }

  private static func expectAll(_ trial: Trial, _ pages: Pages, _ backing: Backing, _ when: String)
    throws(CaseEnd)
  {
    for page in 0..<count {
      try trial.expectPagemap(pages, page, letters(page, backing), when)
    }
  }

  /// A zap over all kinds leaves nothing, or the markers of what was protected; and nothing counted.
  public static func zap(_ trial: Trial, _ backing: Backing, _ advice: Advice) throws(CaseEnd) {
    let (pages, tracker) = try layOut(trial, backing)
    let zapped = 3..<(count - 3)
    try trial.attempt("MADV_" + advice.name, try pages.range(zapped).advise(advice))
    let when = "after MADV_" + advice.name
    for page in 0..<count {
      let isGone = zapped.contains(page)
      let wanted = isProtected(page) && backing != .anon ? "SW" : "-"
      try trial.expectPagemap(pages, page, isGone ? wanted : letters(page, backing), when)
      let isLost = !backing.isShared || advice == .remove
      if isGone, isLost { pages.note(page, fullOf: 0) }
    }
    // Six pages are left, two of each kind but marker and hole on one side or the other.
    let left = (0..<count).filter { !zapped.contains($0) }
    let present = left.filter { kind($0) == .present || kind($0) == .protected }.count
    try trial.expect(try pages.smaps(trial, "Rss"), equals: UInt64(present) * 4, "Rss \(when)")
    if !backing.isShared {
      let swapped = left.filter { kind($0) == .swapped || kind($0) == .swappedProtected }.count
      try trial.expect(try pages.smaps(trial, "Swap"), equals: UInt64(swapped) * 4, "Swap \(when)")
    }
    let isTracked: (Int) -> Bool = { page in
      isProtected(page)
        && (zapped.contains(page) ? backing != .anon : !isSame(letters(page, backing), "-"))
    }
    try trial.expectNoEvent(tracker, "loads", Sharing.loadAll(pages))
    try trial.expectIntact(pages, nil, when)
    try trial.expectWriteFaults(tracker, pages, "stores \(when)", at: isTracked)
    try trial.expectIntact(pages)
  }

  /// A move to a place whose page tables end elsewhere takes every entry along, or drops what is the
  /// registration's.
  public static func move(_ trial: Trial, _ backing: Backing, withEvent: Bool) throws(CaseEnd) {
    let (pages, tracker) = try layOut(trial, backing, withEvent ? .eventRemap : [])
    let place = try trial.attempt(
      "reserving a place",
      try Mapping(
        anonymous: 2 * Memory.hugePageSize, .private, aligned: Memory.hugePageSize, protection: []
      ).relinquish())
    // Its end is a third of the way, not half.
    let target = place.start + Memory.hugePageSize - UInt64(count / 3) * Memory.pageSize
    try trial.expectEvents(
      withEvent ? [.remap] : [], tracker, "mremap", try pages.move(trial, to: target))
    for page in 0..<count {
      var wanted = letters(page, backing)
      if !withEvent {
        switch kind(page) {
        case .present, .protected: wanted = backing.writtenLetters
        case .swapped, .swappedProtected: wanted = backing.isShared ? "-" : "S"
        case .marker, .hole: wanted = "-"
        }
      }
      try trial.expectPagemap(pages, page, wanted, "after the move")
    }
    let isTracked: (Int) -> Bool = { page in
      withEvent && isProtected(page) && !isSame(letters(page, backing), "-")
    }
    if !withEvent { try tracker.register(pages) }
    try trial.expectNoEvent(tracker, "loads", Sharing.loadAll(pages))
    try trial.expectIntact(pages, nil, "after the move")
    try trial.expectWriteFaults(tracker, pages, "stores after the move", at: isTracked)
    try trial.expectIntact(pages)
  }
}
