public import GuestKit
internal import LinuxMM

// Moves of more than single pages, and moves that make a mapping longer.
extension WriteProtect {
  /// Two whole page tables move at once: bits and markers go along with the event, and end without it.
  ///
  /// Aligned as they are, the kernel may move the tables and not the entries. The second table holds nothing
  /// but one page and markers: the backing is a file's.
  public static func tablesMove(_ trial: Trial, _ backing: Backing, withEvent: Bool)
    throws(CaseEnd)
  {
    let perTable = Int(Memory.hugePageSize / Memory.pageSize)
    let part = try alignedPart(trial, of: try backing.map(trial, pages: 3 * perTable))
    part.fill(0..<perTable)
    part.fill((2 * perTable - 1)..<(2 * perTable))
    let tracker = try Tracker(trial, features: withEvent ? .eventRemap : [])
    try tracker.register(part)
    let covered = [0..<8, (perTable - 8)..<(perTable + 8), (2 * perTable - 8)..<(2 * perTable)]
    for some in covered { try tracker.protect(part, some) }
    let isProtected: (Int) -> Bool = { page in covered.contains { $0.contains(page) } }
    try trial.expectProtected(part, "before the move", where: isProtected)
    let target = try trial.attempt(
      "reserving a place",
      try Mapping(
        anonymous: part.range.length, .private, aligned: Memory.hugePageSize, protection: []
      ).relinquish())
    try trial.expectEvents(
      withEvent ? [.remap] : [], tracker, "mremap", try part.move(trial, to: target.start))
    try trial.expectProtected(part, "at the new address") { withEvent && isProtected($0) }
    if !withEvent { try tracker.register(part) }
    for some in covered {
      try trial.expectWriteFaults(tracker, part, some, "stores at the new address") {
        withEvent && isProtected($0)
      }
    }
    try trial.expectProtected(part, "after the stores") { _ in false }
    try trial.expectIntact(part)
  }

  /// The two whole page tables' worth of pages in a mapping of three, which begins anywhere.
  private static func alignedPart(_ trial: Trial, of pages: Pages) throws(CaseEnd) -> Pages {
    let huge = Memory.hugePageSize
    let start = (pages.range.start + huge - 1) / huge * huge
    trial.evidence("first_page", (start - pages.range.start) / Memory.pageSize)
    return Pages(pages.backing, at: AddressRange(start: start, length: 2 * huge))
  }

  /// A mapping that grows and has to move: the event names what was moved, and the new pages are plain.
  public static func growMoves(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, features: .eventRemap)
    try tracker.protect(pages)
    let old = pages.range
    let mark = tracker.log.count
    let range: AddressRange
    do throws(Errno) {
      range = try Mapping(adopting: old).grown(to: 2 * old.length).relinquish()
    } catch { throw .error("mremap to twice the length failed with \(error)") }
    try trial.prove(range.start != old.start, otherwise: "the mapping grew where it was")
    try trial.expectEvents([.remap], in: tracker, after: mark, "mremap")
    guard case .remap(let from, let to, let length) = tracker.log.events(after: mark).first else {
      return
    }
    try trial.expect(from, equals: old.start, "from in the remap event")
    try trial.expect(to, equals: range.start, "to in the remap event")
    try trial.expect(length, equals: old.length, "length in the remap event, of what was moved")
    let grown = Pages(backing, at: range)
    for page in 0..<4 { grown.note(page, fullOf: Pages.pattern(page)) }
    let letters = backing.writtenLetters
    try trial.expectPagemap(grown, 0..<4, letters + "W", "moved")
    try trial.expectPagemap(grown, 4..<8, "-", "new")
    try trial.expectWriteFaults(tracker, grown, 0..<4, "stores to moved pages")
    try trial.expectIntact(grown, 0..<4)
    guard !backing.isShared else { return }  // the file is as long as before
    try trial.expectNoEvent(tracker, "a store to a new page", grown.store(5, 0x45))
    try trial.expectIntact(grown)
  }
}
