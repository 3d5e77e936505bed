public import GuestKit
internal import GuestProtocol
internal import LinuxMM

/// Bodies about mremap(2) that makes mappings longer or shorter, or leaves the old one behind.
public enum Resizes {
  private static let features: Userfaultfd.Features = [.eventRemap, .eventUnmap]

  /// A mapping that grows and has to move tells of both: where it went, and what is no longer there.
  public static func grow(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(
      trial, of: pages, for: [.missing, .writeProtect], features: features)
    try tracker.protect(pages, 0..<3)
    let old = pages.range
    let range: AddressRange
    do throws(Errno) {
      range = try Mapping(adopting: old).grown(to: 2 * old.length).relinquish()
    } catch { throw .error("mremap to twice the length failed with \(error)") }
    try trial.prove(range.start != old.start, otherwise: "the mapping grew where it was")
    try trial.expectEvents([.remap, .unmap], in: tracker, after: 0, "a growing mremap")
    try trial.expect(
      tracker.log.events() == [
        .remap(from: old.start, to: range.start, length: old.length),
        .unmap(start: old.start, end: old.end),
      ], expected: "a remap event from \(old) to \(range), and an unmap event of \(old)",
      seen: "other addresses")
    let grown = Pages(backing, at: range)
    for page in 0..<4 { grown.note(page, fullOf: Pages.pattern(page)) }
    try expectRegistered(trial, range, "uw", true, "the grown mapping")
    try trial.expectPagemap(grown, 0..<3, backing.writtenLetters + "W", "moved")
    try trial.expectPagemap(grown, 3, backing.writtenLetters, "moved, not protected")
    try trial.expectPagemap(grown, 4..<8, "-", "new")
    try trial.expectWriteFaults(tracker, grown, 0..<4, "stores to moved pages") { $0 < 3 }
    if !backing.isShared {  // the file is as long as before
      try trial.expectEvents([.missing], tracker, "a load from a new page", _ = grown.load(5))
      grown.note(5, fullOf: FaultPolicy.copiedByte)
      try trial.expectIntact(grown, 5..<6)
    }
    try trial.expectIntact(grown, 0..<4)
  }

  /// A mapping that shrinks tells what goes, and keeps what stays.
  public static func shrink(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, features: features)
    try tracker.protect(pages, 1..<6)
    let old = pages.range
    let gone = pages.range(4..<6)
    do throws(Errno) {
      _ = try Mapping(adopting: old).shrunk(to: 4 * pages.pageSize).relinquish()
    } catch { throw .error("mremap to less failed with \(error)") }
    try trial.expectEvents([.unmap], in: tracker, after: 0, "a shrinking mremap")
    try trial.expect(
      tracker.log.events() == [.unmap(start: gone.start, end: gone.end)],
      expected: "an unmap event of \(gone)", seen: "another range")
    try expectRegistered(trial, pages.range(0..<4), "uw", true, "what stays")
    try trial.expectPagemap(pages, 0, backing.writtenLetters, "not protected")
    try trial.expectPagemap(pages, 1..<4, backing.writtenLetters + "W", "protected")
    try trial.expectWriteFaults(tracker, pages, 0..<4, "stores to what stays") { $0 > 0 }
    try trial.expectIntact(pages, 0..<4)
  }

  /// With `MREMAP_DONTUNMAP` pages and protection go, and the registration is at both places.
  public static func dontUnmap(_ trial: Trial, _ backing: Backing, withEvent: Bool)
    throws(CaseEnd)
  {
    let pages = try backing.map(trial)
    let filled = 0..<3
    pages.fill(filled)
    let tracker = try Tracker(
      trial, of: pages, for: [.missing, .writeProtect], features: withEvent ? features : [])
    try tracker.protect(pages, 0..<2)
    let old = pages.range
    let range: AddressRange
    do throws(Errno) { range = try old.movedLeavingHoles() } catch {
      guard error == .invalid else { throw .error("MREMAP_DONTUNMAP failed with \(error)") }
      try trial.skip(
        .feature, "no MREMAP_DONTUNMAP of \(backing.rawValue): EINVAL (Linux 5.7, 5.13)")
    }
    try trial.expectEvents(withEvent ? [.remap] : [], in: tracker, after: 0, "MREMAP_DONTUNMAP")
    if case .remap(let from, let to, let length) = tracker.log.events().first {
      try trial.expect(
        from == old.start && to == range.start && length == old.length,
        expected: "a remap event from \(old) to \(range)", seen: "other addresses")
    }
    let new = Pages(backing, at: range)
    for page in filled { new.note(page, fullOf: Pages.pattern(page)) }
    let letters = backing.writtenLetters
    try trial.expectPagemap(pages, 0..<4, "-", "at the old place")
    try trial.expectPagemap(new, 0..<2, withEvent ? letters + "W" : letters, "moved")
    try trial.expectPagemap(new, 2, letters, "moved, never protected")
    for flag in ["um", "uw"] {
      try expectRegistered(trial, old, flag, true, "the old place")
      try expectRegistered(trial, range, flag, withEvent, "the new place")
    }
    // Registered anew: what was left behind would be found now.
    let finder = withEvent ? tracker : try Tracker(trial, of: new)
    try trial.expectWriteFaults(finder, new, 0..<3, "stores to moved pages") {
      withEvent && $0 < 2
    }
    try trial.expectIntact(new, 0..<3)
    let mark = tracker.log.count
    pages.load(3)
    try trial.expectEvents([.missing], in: tracker, after: mark, "a load from the old place")
    if case .fault(let fault) = tracker.log.events(after: mark).first {
      try trial.expect(fault.address, equals: pages.address(3), "the address of that fault")
    }
  }

  private static func expectRegistered(
    _ trial: Trial, _ range: AddressRange, _ flag: String, _ isIt: Bool, _ what: String
  ) throws(CaseEnd) {
    let smaps = try trial.attempt("reading smaps", try Smaps(range))
    try trial.expect(
      isIt ? smaps.allHave(flag: flag) : !smaps.anyHas(flag: flag),
      expected: "\(isIt ? flag : "no \(flag)") in VmFlags of \(what)", seen: "the contrary")
  }
}
