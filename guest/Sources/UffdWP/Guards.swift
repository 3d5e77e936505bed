public import GuestKit
internal import GuestProtocol
internal import LinuxMM

/// Bodies about guard regions: pages that fault without being mappings of their own.
public enum Guards {
  /// A guard is what an access meets, whatever was there and whatever is done around it, until it is removed.
  ///
  /// Guards lie on 1 and 2 of six pages (of 512 in huge memory); 2 was a page before.
  public static func basic(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    pages.fill(0..<1)
    pages.fill(2..<6)
    if backing == .thp {
      let huge = try pages.smaps(trial, "AnonHugePages")
      try trial.prove(huge == 2048, otherwise: "AnonHugePages is \(huge) kB")
    }
    let guarded = pages.range(1..<3)
    try trial.expectSuccess(of: "MADV_GUARD_INSTALL", try guarded.advise(.guardInstall))
    try expectGuards(trial, pages, "installed")
    try trial.expectSuccess(of: "MADV_GUARD_INSTALL again", try guarded.advise(.guardInstall))
    try expectGuards(trial, pages, "installed twice")
    try trial.expectIntact(pages, 3..<6)
    if backing.isTransparentHuge {
      try trial.expectIntact(pages, 6..<512, "beside the guards")
      try trial.expect(try pages.smaps(trial, "AnonHugePages"), equals: 0, "AnonHugePages, torn")
    }
    try trial.expect(
      try trial.attempt("reading smaps", try Smaps(pages.range)).count, equals: 1,
      "mappings with guards in them")

    try trial.attempt("MADV_DONTNEED", try pages.range(1..<4).advise(.dontNeed))
    if !backing.isShared { pages.note(3, fullOf: 0) }
    try expectGuards(trial, pages, "after MADV_DONTNEED")
    try trial.expectIntact(pages, 3..<6, "after MADV_DONTNEED")
    try trial.inChild { (child) throws(CaseEnd) in
      // A file's page tables are not copied but for what the file does not know.
      try expectGuards(child, pages, "in a child")
      try child.expectIntact(pages, 3..<6, "in a child")
    }

    try trial.expectSuccess(of: "MADV_GUARD_REMOVE", try pages.range(2).advise(.guardRemove))
    try trial.expectPagemap(pages, 1, "SG", "still guarded")
    try trial.expectPagemap(pages, 2, "-", "no longer guarded")
    pages.note(2, fullOf: backing.isShared ? Pages.pattern(2) : 0)
    try trial.expectIntact(pages, 2..<3, "no longer guarded")
    try expectSegfault(trial, pages, 1, "beside it")
    try trial.expectSuccess(
      of: "MADV_GUARD_REMOVE of pages and guards", try pages.range(0..<6).advise(.guardRemove))
    try trial.expectSuccess(of: "a second one", try pages.range(0..<6).advise(.guardRemove))
    try trial.expectIntact(pages, 0..<6, "no longer guarded")
    pages.store(1, 0x71)
    try trial.expectIntact(pages, 0..<6)
  }

  /// Fails unless exactly pages 1 and 2 are guards: for pagemap, loads and stores.
  static func expectGuards(_ trial: Trial, _ pages: Pages, _ when: String) throws(CaseEnd) {
    try trial.expectPagemap(pages, 1..<3, "SG", when)
    let all = try trial.count(.guardRegion, in: pages)
    try trial.expect(all, equals: 2, "guards " + when)
    for page in 1..<3 { try expectSegfault(trial, pages, page, when) }
  }

  /// Fails unless loads and stores are a segmentation fault, as where nothing is mapped.
  static func expectSegfault(_ trial: Trial, _ pages: Pages, _ page: Int, _ when: String)
    throws(CaseEnd)
  {
    let place = pages.address(page, at: 0x123)
    let wanted = Memory.Access.segmentationFault(code: 1, address: place)
    try trial.expect(Memory.tryLoad(place), equals: wanted, "a load from a guard \(when)")
    try trial.expect(Memory.tryStore(place, 1), equals: wanted, "a store to a guard \(when)")
  }

  /// Memory of the hugetlb pool has no guards.
  public static func refused(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 2)
    pages.fill()
    for advice in [.guardInstall, .guardRemove] as [Advice] {
      try trial.expect(
        .invalid, from: "MADV_\(advice.name) on hugetlb", try pages.range(0).advise(advice))
    }
    try trial.expectPagemap(pages, 0..<2, backing.writtenLetters, "after refusals")
    try trial.expectIntact(pages)
  }

  /// Protecting, lifting and unregistering leave guards what they are, and guards leave those alone.
  public static func underTracking(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    pages.fill()
    try trial.attempt("MADV_GUARD_INSTALL", try pages.range(1..<3).advise(.guardInstall))
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages)
    try trial.expectNoEvent(tracker, "guards", try expectGuards(trial, pages, "protected"))
    try trial.expectProtected(pages, "around guards") { $0 < 1 || $0 > 2 }
    try tracker.unprotect(pages, 1..<4)
    try trial.expectNoEvent(tracker, "guards", try expectGuards(trial, pages, "lifted"))
    try trial.expectWriteFault(tracker, pages, 0, "a store before them", pages.store(0, 0x72))
    try trial.expectNoEvent(tracker, "a store behind them", pages.store(3, 0x73))
    try trial.expectWriteFault(tracker, pages, 4, "a store further on", pages.store(4, 0x74))
    try tracker.unregister(pages)
    try expectGuards(trial, pages, "unregistered")
    try trial.expectIntact(pages, 3..<6)
  }

  /// A guard over a protected page takes the page's place, and what is left when it goes is a hole.
  ///
  /// The child installs it: a kernel whose zap leaves a marker for the next try to trip over never comes back.
  public static func overProtected(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let child = try trial.fork { (child, _) throws(CaseEnd) in
      pages.fill()
      let tracker = try Tracker(child, of: pages)
      try tracker.protect(pages)
      try child.expectSuccess(
        of: "MADV_GUARD_INSTALL over protected pages",
        try pages.range(1..<3).advise(.guardInstall))
      try expectGuards(child, pages, "over protected pages")
      try child.attempt("MADV_GUARD_REMOVE", try pages.range(1..<3).advise(.guardRemove))
      try child.expectPagemap(pages, 1..<3, "-", "after guards over protected pages")
      try child.expectWriteFault(tracker, pages, 3, "a store behind them", pages.store(3, 0x75))
      try child.expectNoEvent(tracker, "a store to the hole", pages.store(1, 0x76))
    }
    try child.finish(
      "MADV_GUARD_INSTALL over protected pages comes back", within: .milliseconds(500))
  }

  /// `PAGEMAP_SCAN` knows guards as a category of their own.
  public static func scanned(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    pages.fill()
    try trial.attempt("MADV_GUARD_INSTALL", try pages.range(1..<3).advise(.guardInstall))
    var scan = PagemapScan()
    scan.all = .guardRegion
    scan.returned = .guardRegion
    let range = pages.range
    var seen: [AddressRange] = []
    do throws(Errno) {
      let answer = try scan.scan(try Pagemap(), from: range.start, to: range.end)
      seen = answer.regions.map { $0.range }
    } catch {
      guard error == .invalid else { throw .error("PAGEMAP_SCAN failed with \(error)") }
      try trial.skip(.feature, "PAGEMAP_SCAN does not know guards: EINVAL (Linux 6.16)")
    }
    try trial.expect(
      seen == [pages.range(1..<3)], expected: "one region, pages 1 and 2",
      seen: "\(seen.count) regions, the first \(seen.first?.description ?? "none")")
  }

  /// What else meets a guard, and what it comes to.
  public enum Meeting: Sendable {
    case populate, lock, lockFirst, move, pageOut, kernelRead, copy, poison
  }

  public static func meets(_ trial: Trial, _ meeting: Meeting) throws(CaseEnd) {
    let pages = try Backing.anon.map(trial, pages: 6)
    pages.fill()
    if meeting == .lockFirst {
      try trial.attempt("mlock", try pages.range.lock())
      try trial.expect(
        .invalid, from: "MADV_GUARD_INSTALL in locked memory",
        try pages.range(1..<3).advise(.guardInstall))
      try trial.expectPagemap(pages, 0..<6, "PX", "after a refused guard")
      try trial.attempt("munlock", try pages.range.unlock())
      return try trial.expectIntact(pages)
    }
    try trial.attempt("MADV_GUARD_INSTALL", try pages.range(1..<3).advise(.guardInstall))
    try meet(trial, meeting, pages)
    try expectGuards(trial, pages, "afterwards")
    try trial.expectIntact(pages, 0..<1)
    try trial.expectIntact(pages, 3..<6)
  }

  private static func meet(_ trial: Trial, _ meeting: Meeting, _ pages: Pages) throws(CaseEnd) {
    switch meeting {
    case .populate:
      for advice in [.populateRead, .populateWrite] as [Advice] {
        try trial.expect(
          .badAddress, from: "MADV_\(advice.name) over a guard", try pages.range.advise(advice))
      }
    case .lock:
      try trial.expect(.noMemory, from: "mlock over a guard", try pages.range.lock())
      try trial.attempt("munlock", try pages.range.unlock())
    case .lockFirst: return
    case .move: try pages.move(trial)
    case .pageOut:
      try trial.pageOut(pages, 3..<6)
      try trial.attempt("MADV_PAGEOUT", try pages.range.advise(.pageOut))
    case .kernelRead:
      var pipe = try trial.attempt("pipe", try Pipe())
      let writing = pipe.takeWriting()
      let place = pages.address(1)
      try trial.expect(
        .badAddress, from: "write(2) from a guard", try writing.write(from: place, length: 8))
    case .copy, .poison: try fill(trial, meeting, pages)
    }
  }

  private static func fill(_ trial: Trial, _ meeting: Meeting, _ pages: Pages) throws(CaseEnd) {
    let tracker = try Tracker(trial, of: pages, for: .missing)
    let source = try Fills.filled(trial, pages: 1, of: .anon).start
    let filling: Userfaultfd.Filling = meeting == .copy ? .copy : .poison
    try trial.expectRefused(
      try tracker.fill(filling, pages.range(1), from: source), .exists,
      filling.rawValue + " over a guard")
    try trial.expectNoEvent(
      tracker, "accesses to guards", try expectGuards(trial, pages, "registered for missing"))
  }
}
