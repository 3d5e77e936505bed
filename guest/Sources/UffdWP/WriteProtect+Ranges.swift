public import GuestKit
internal import LinuxMM

// Exactly the pages asked for, and what else may change their page table entries.
extension WriteProtect {
  /// Stores to every page and fails unless exactly the protected ones raise one fault each.
  public static func expectFaults(
    _ trial: Trial, _ tracker: Tracker, _ pages: Pages, at protected: [Int], _ value: UInt8
  ) throws(CaseEnd) {
    for page in 0..<pages.count {
      let byte = value &+ UInt8(truncatingIfNeeded: page)
      if protected.contains(page) {
        try trial.expectWriteFault(
          tracker, pages, page, "a store to a protected page", pages.store(page, byte))
      } else {
        try trial.expectNoEvent(
          tracker, "a store to an unprotected page", pages.store(page, byte))
      }
    }
  }

  /// Fails unless exactly these pages are protected, whatever else they are.
  public static func expectBits(_ trial: Trial, _ pages: Pages, _ protected: [Int], _ when: String)
    throws(CaseEnd)
  {
    let entries = Int(pages.pageSize / Memory.pageSize)
    for page in 0..<pages.count {
      try trial.expectCount(
        .writeProtected, in: pages, page..<(page + 1),
        equals: protected.contains(page) ? entries : 0, "of page \(page) " + when)
    }
  }

  /// A range is protected from its first to its last page and not one more; so is its lifting.
  public static func rangeEdges(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    // The last page is a hole where holes can be protected without asking.
    pages.fill(0..<(backing == .anon ? 6 : 5))
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 1..<5)
    try expectBits(trial, pages, [1, 2, 3, 4], "after protecting 1 to 4")
    try tracker.unprotect(pages, 2..<4)
    try expectBits(trial, pages, [1, 4], "after lifting 2 and 3")
    try expectFaults(trial, tracker, pages, at: [1, 4], 0xb0)
    try expectBits(trial, pages, [], "after all faults")

    try tracker.protect(pages)
    try expectBits(trial, pages, [0, 1, 2, 3, 4, 5], "after protecting all")
    try tracker.protect(pages, 0..<2)
    try expectFaults(trial, tracker, pages, at: [0, 1, 2, 3, 4, 5], 0xc0)
    try trial.expectIntact(pages)
  }

  /// mprotect(2) there and back neither ends a protection nor makes one.
  public static func protectionSurvivesMprotect(_ trial: Trial, _ backing: Backing)
    throws(CaseEnd)
  {
    let pages = try backing.map(trial, pages: 5)
    // As above.
    pages.fill(0..<(backing == .anon ? 5 : 4))
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 0..<2)
    try tracker.protect(pages, 4)
    for protection in [.read, [], .readWrite] as [Mapping.Protection] {
      try trial.attempt("mprotect", try pages.range.protect(protection))
      try expectBits(trial, pages, [0, 1, 4], "after mprotect")
    }
    try trial.expectIntact(pages, 0..<4, "after mprotect")

    try trial.attempt("mprotect", try pages.range.protect(.read))
    let place = pages.address(0, at: 0x10)
    let mark = tracker.log.count
    let access = Memory.tryStore(place, 1)
    try trial.expectEvents([], in: tracker, after: mark, "a store to a read-only page")
    try trial.expect(
      access, equals: .segmentationFault(code: 2, address: place), "a store to a read-only page")
    try tracker.unprotect(pages, 1)
    try tracker.protect(pages, 2)
    try expectBits(trial, pages, [0, 2, 4], "changed while read-only")
    try trial.attempt("mprotect", try pages.range.protect(.readWrite))
    try expectBits(trial, pages, [0, 2, 4], "writable again")
    try expectFaults(trial, tracker, pages, at: [0, 2, 4], 0x90)
    try trial.expectIntact(pages)
  }

  /// With `EVENT_REMAP` the registration moves along, and protection and markers with it.
  public static func moveKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let hole = backing.isShared ? 1 : 0
    pages.fill(0..<(4 - hole))
    let tracker = try Tracker(trial, of: pages, features: .eventRemap)
    try tracker.protect(pages, 0..<2)
    try tracker.protect(pages, 3)
    let old = pages.range
    try pages.move(trial)
    try trial.expectEvents([.remap], in: tracker, after: 0, "mremap")
    if case .remap(let from, let to, let length) = tracker.log.events().first {
      try trial.expect(from, equals: old.start, "from in the remap event")
      try trial.expect(to, equals: pages.range.start, "to in the remap event")
      try trial.expect(length, equals: old.length, "length in the remap event")
    }
    let flagged = try trial.attempt("reading smaps", try Smaps(pages.range)).allHave(flag: "uw")
    try trial.expect(flagged, expected: "uw in VmFlags after the move", seen: "no uw")
    let letters = backing.writtenLetters
    try trial.expectPagemap(pages, 0..<2, letters + "W", "after the move")
    try trial.expectPagemap(pages, 2, letters, "not protected, after the move")
    let last = hole == 0 ? letters + "W" : backing.markerLetters
    try trial.expectPagemap(pages, 3, last, "after the move")
    try expectFaults(trial, tracker, pages, at: [0, 1, 3], 0xe0)
    try trial.expectIntact(pages)
  }
}
