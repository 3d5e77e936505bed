public import GuestKit
internal import LinuxMM

/// Bodies about `UFFDIO_POISON`: memory whose content is lost and that must never read as something else.
public enum Poison {
  /// What happens to poisoned pages.
  public enum Treatment: String, CaseIterable, Sendable {
    case protect, unprotect, unregister, mprotect, fork, mremap
  }

  /// The cases of `keeps`, one a backing and treatment.
  public static func cases(on backings: [Backing], needs: [Requirement]) -> [Case] {
    var all: [Case] = []
    for backing in backings {
      // fork copies no entries of shared memory: a child asks the file, which lost nothing.
      let some = Treatment.allCases.filter { $0 != .fork || !backing.isShared }
      all += some.map { treatment in
        Case(
          "poison.keeps/\(backing.rawValue)-\(treatment.rawValue)",
          "lost memory stays lost whatever happens to its mapping",
          needs: needs + backing.requirements
        ) { (trial) throws(CaseEnd) in try keeps(trial, backing, treatment) }
      }
    }
    return all
  }

  /// Access to a poisoned page is a memory failure at its address; what is there is not poisoned.
  public static func basic(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let (pages, tracker) = try layOut(trial, backing)
    for page in [0, 1] {  // a poisoned page and one that is there
      let range = pages.range(page)
      let error = try tracker.errno { (uffd) throws(Errno) -> Void in try uffd.poison(range) }
      try trial.expect(
        error, equals: .exists, "UFFDIO_POISON of \(page == 0 ? "a poisoned" : "an existing") page")
    }
    try expectPoisoned(trial, tracker, pages, "from the start")
    try trial.expectNoEvent(tracker, "a store beside it", pages.store(1, 0x31))
    try trial.expectIntact(pages, 1..<2, "beside poisoned pages")

    try trial.need(.dontNeed(on: backing))
    try trial.attempt("MADV_DONTNEED", try pages.range(0).advise(.dontNeed))
    try trial.expectEvents([.missing], tracker, "a load after a zap", _ = pages.load(0))
    pages.note(0, fullOf: FaultPolicy.copiedByte)
    try trial.expectIntact(pages, 0..<2)
  }

  /// A page on which the marker of a protection lies is not poisoned, and stays protected.
  public static func overMarker(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let features: Userfaultfd.Features = backing == .anon ? .writeProtectUnpopulated : []
    let tracker = try Tracker(trial, of: pages, features: features)
    try tracker.protect(pages, 0..<2)
    try trial.expectPagemap(pages, 0..<2, backing.markerLetters, "protected while empty")
    let range = pages.range(0)
    let error = try tracker.errno { (uffd) throws(Errno) -> Void in try uffd.poison(range) }
    try trial.expect(error, equals: .exists, "UFFDIO_POISON of a protected hole")
    try trial.expectPagemap(pages, 0, backing.markerLetters, "after a refused UFFDIO_POISON")
    try trial.expectWriteFault(tracker, pages, 0, "a store to it", pages.store(0, 0x32))
    try trial.expectIntact(pages)
  }

  /// Nothing that changes page table entries, and no copy of them, makes lost memory readable.
  public static func keeps(_ trial: Trial, _ backing: Backing, _ treatment: Treatment)
    throws(CaseEnd)
  {
    let (pages, tracker) = try layOut(trial, backing)
    switch treatment {
    case .protect: try tracker.protect(pages)
    case .unprotect:
      try tracker.protect(pages)
      try tracker.unprotect(pages)
    case .unregister: try tracker.unregister(pages)
    case .mprotect:
      try trial.attempt("mprotect", try pages.range.protect(.read))
      try trial.attempt("mprotect", try pages.range.protect(.readWrite))
    case .mremap: try pages.move(trial)
    case .fork:
      try trial.inChild { (child) throws(CaseEnd) in
        try expectPoisoned(child, nil, pages, "in a child")
        try child.expectIntact(pages, 1..<2, "in a child")
      }
    }
    try expectPoisoned(trial, tracker, pages, "after \(treatment.rawValue)")
    try trial.expectIntact(pages, 1..<2, "after \(treatment.rawValue)")
  }

  /// Pages 0 and 2 poisoned, 1 there, 3 empty.
  private static func layOut(_ trial: Trial, _ backing: Backing) throws(CaseEnd)
    -> (pages: Pages, tracker: Tracker)
  {
    let pages = try backing.map(trial)
    pages.fill(1..<2)
    let tracker = try Tracker(trial, of: pages, for: [.missing, .writeProtect])
    for page in [0, 2] {
      let range = pages.range(page)
      try tracker.call("UFFDIO_POISON") { (uffd) throws(Errno) -> Void in try uffd.poison(range) }
      try trial.expectCount(.present, in: pages, page..<(page + 1), equals: 0, "poisoned")
    }
    return (pages, tracker)
  }

  private static func expectPoisoned(
    _ trial: Trial, _ tracker: Tracker?, _ pages: Pages, _ when: String
  ) throws(CaseEnd) {
    let mark = tracker?.log.count ?? 0
    for page in [0, 2] {
      let place = pages.address(page, at: 0x123)
      for isStore in [false, true] {
        let access = isStore ? Memory.tryStore(place, 1) : Memory.tryLoad(place)
        // BUS_MCEERR_AR; huge pages are reported by their start.
        let seen: Int32? = if case .busError(let code, _) = access { code } else { nil }
        try trial.expect(
          seen == 4, expected: "\(when): SIGBUS of a memory failure (code 4) on page \(page)",
          seen: "\(when): \(access.description)")
      }
    }
    if let tracker { try trial.expectEvents([], in: tracker, after: mark, "accesses \(when)") }
  }
}
