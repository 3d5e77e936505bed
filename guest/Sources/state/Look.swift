import GuestKit
import LinuxMM
import StateModel

// What is asked without touching a page.
extension Scene {
  /// Whether PAGEMAP_SCAN exists; found out once.
  static let canScan = Requirement.pagemapScan.lacking() == nil

  /// Compares pagemap and PAGEMAP_SCAN with the model, page by page, and with each other.
  func look(_ trial: Trial, _ when: String) throws(CaseEnd) {
    let pagemap = try trial.attempt("opening pagemap", try Pagemap())
    let entries = try area.entries(trial, pagemap)
    let perPage = area.entriesPerPage
    for (index, entry) in entries.enumerated() {
      let page = index / perPage
      guard !model.pages[page].isGone else { continue }
      let (wanted, certain) = model.marks(page)
      let looked = comparable(trial, certain)
      let seen = marks(entry.bits).intersection(looked)
      guard seen != wanted.intersection(looked) else { continue }
      throw .failed(
        expected: "\(when), \(model.story(page)): pagemap \(letters(wanted.intersection(looked)))",
        seen: "\(when), page \(page): pagemap \(letters(seen))")
    }
    try lookOutside(trial, pagemap, when)
    if Scene.canScan { try scan(trial, pagemap, entries, when) }
  }

  /// Pages beside the range are there and were never tracked.
  private func lookOutside(_ trial: Trial, _ pagemap: borrowing Pagemap, _ when: String)
    throws(CaseEnd)
  {
    // What truncation took from beside the range was filled again, and so is soft-dirty.
    if !model.setting.isProtection, model.history.contains(.truncate) { return }
    for some in area.outside {
      let first: PagemapEntry
      let last: PagemapEntry
      do throws(Errno) {
        first = try pagemap.entry(at: some.start)
        last = try pagemap.entry(at: some.end - 1)
      } catch { throw .error("reading pagemap failed with \(error)") }
      for entry in [first, last] {
        let bit: PagemapEntry.Bits = model.setting.isProtection ? .writeProtected : .softDirty
        guard entry.bits.contains(bit) else { continue }
        throw .failed(
          expected: "\(when): no \(bit) on the pages beside the range",
          seen: "\(when): pagemap \(entry) beside the range")
      }
    }
  }

  private func comparable(_ trial: Trial, _ certain: Marks) -> Marks {
    guard model.setting.isProtection, !trial.showsWriteProtect else { return certain }
    // A marker looks swapped, and that is all that 5.10 lets see of it.
    return certain.subtracting(.tracked)
  }

  private func marks(_ bits: PagemapEntry.Bits) -> Marks {
    var marks: Marks = []
    if bits.contains(.present) { marks.insert(.present) }
    if bits.contains(.swapped) { marks.insert(.swapped) }
    if bits.contains(.file) { marks.insert(.file) }
    let bit: PagemapEntry.Bits = model.setting.isProtection ? .writeProtected : .softDirty
    if bits.contains(bit) { marks.insert(.tracked) }
    return marks
  }

  private func letters(_ marks: Marks) -> String {
    var bits: PagemapEntry.Bits = []
    if marks.contains(.present) { bits.insert(.present) }
    if marks.contains(.swapped) { bits.insert(.swapped) }
    if marks.contains(.file) { bits.insert(.file) }
    if marks.contains(.tracked) {
      bits.insert(model.setting.isProtection ? .writeProtected : .softDirty)
    }
    return bits.description
  }

  // MARK: the other reader

  /// A scan says what pagemap says, wherever there is anything.
  private func scan(
    _ trial: Trial, _ pagemap: borrowing Pagemap, _ entries: [PagemapEntry], _ when: String
  ) throws(CaseEnd) {
    var scan = PagemapScan()
    scan.returned = [.written, .present, .swapped]
    scan.inverted = .written
    scan.any = [.written, .present, .swapped]
    scan.regionLimit = min(model.layout.count + 2, 512)
    let bit: PagemapEntry.Bits = model.setting.isProtection ? .writeProtected : .softDirty
    if !model.setting.isProtection {
      scan.returned = [.softDirty, .present, .swapped]
      scan.inverted = []
      scan.any = scan.returned
    }
    let answer = try scanned(scan, pagemap)
    guard let answer else { return }
    var found = [PagemapScan.Categories](repeating: [], count: model.layout.count)
    for region in answer.regions {
      let first = Int((region.range.start - area.range.start) / area.ground.pageSize)
      let count = Int(region.range.length / area.ground.pageSize)
      for page in first..<min(first + count, found.count) { found[page] = region.categories }
    }
    for page in 0..<found.count where !model.pages[page].isGone {
      let bits = entries[page * area.entriesPerPage].bits
      guard bits.contains(.present) || bits.contains(.swapped) || bits.contains(bit) else {
        continue
      }
      let isTracked =
        model.setting.isProtection
        ? !found[page].contains(.written) : found[page].contains(.softDirty)
      let isHere = found[page].contains(.present)
      // Since 7.3 memory that is not registered, such as a child's, is never called written.
      let isTold = !model.setting.isProtection || bits.contains(bit) || trial.untrackedLooksWritten
      guard (isTold && isTracked != bits.contains(bit)) || isHere != bits.contains(.present) else {
        continue
      }
      let word = model.setting.isProtection ? "not written" : "soft-dirty"
      throw .failed(
        expected: "\(when), \(model.story(page)): PAGEMAP_SCAN agrees with pagemap \(bits)",
        seen: "PAGEMAP_SCAN: \(isHere ? "" : "not ")present, \(isTracked ? "" : "not ")(\(word))")
    }
  }

  /// nil where the kernel cannot scan for soft-dirty.
  private func scanned(_ scan: PagemapScan, _ pagemap: borrowing Pagemap) throws(CaseEnd)
    -> PagemapScan.Answer?
  {
    do throws(Errno) {
      return try scan.scan(pagemap, from: area.range.start, to: area.range.end)
    } catch {
      if error == .invalid, !model.setting.isProtection { return nil }
      throw .error("PAGEMAP_SCAN failed with \(error)")
    }
  }

  // MARK: counters

  /// smaps counts what pagemap shows.
  func lookAtCounters(_ trial: Trial, _ when: String) throws(CaseEnd) {
    // Without a userfaultfd the pages beside belong to the same mapping.
    guard model.setting.isProtection, !area.ground.isHugetlb else { return }
    let smaps = try trial.attempt("reading smaps", try Smaps(area.range))
    var resident: UInt64 = 0
    var swapped: UInt64 = 0
    for page in 0..<model.layout.count where !model.pages[page].isGone {
      if model.pages[page].place == .present, !model.isZeroPage(page) { resident += 4 }
      if model.pages[page].place == .swapped { swapped += 4 }
    }
    if model.isRegistered || area.ground.isAnonymous {
      try trial.expect(smaps.kibibytes("Rss"), equals: resident, "\(when): Rss of the range in kB")
    }
    guard area.ground.isAnonymous else { return }
    try trial.expect(smaps.kibibytes("Swap"), equals: swapped, "\(when): Swap of the range in kB")
  }
}
