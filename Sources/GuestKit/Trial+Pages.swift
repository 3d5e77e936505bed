public import LinuxMM

// Checks on what pages contain and what pagemap says of them.
extension Trial {
  /// Fails at the first byte that is not what the pages remember.
  @inline(never)
  public func expectIntact(_ pages: Pages, _ some: Range<Int>? = nil, _ when: String = "at the end")
    throws(CaseEnd)
  {
    step("content " + when, is: "as stored")
    for page in some ?? 0..<pages.count {
      guard let found = pages.firstDifference(page) else { continue }
      throw Trial.mismatch(
        "page \(page) byte 0x\(hex(found.offset)) \(when)",
        "0x" + hex(UInt64(found.expected)), "0x" + hex(UInt64(found.seen)))
    }
  }

  /// Fails unless pagemap has exactly these letters (`P S F X W G`, `-` for none) for a page.
  ///
  /// Every 4 KiB of a hugetlb page is checked. Soft-dirty `d` is looked at only if asked for; `W` is left
  /// out on kernels whose pagemap cannot show it (before 5.14).
  @inline(never)
  public func expectPagemap(
    _ pages: Pages, _ page: Int, _ letters: String, _ when: String, softDirty: Bool = false
  ) throws(CaseEnd) {
    try expectPagemap(pages, page..<(page + 1), letters, when, softDirty: softDirty)
  }

  /// The same for several pages.
  @inline(never)
  public func expectPagemap(
    _ pages: Pages, _ some: Range<Int>, _ letters: String, _ when: String, softDirty: Bool = false
  ) throws(CaseEnd) {
    step("pagemap of \(Trial.words(some)) \(when)", is: letters)
    let looked = comparable(softDirty)
    let expected = PagemapEntry.Bits(letters: letters).intersection(looked)
    let entries = try pages.pagemap(self, some)
    let perPage = Int(pages.pageSize / Memory.pageSize)
    for (index, entry) in entries.enumerated() {
      let seen = entry.bits.intersection(looked)
      guard seen != expected else { continue }
      let part = perPage > 1 ? " part \(index % perPage)" : ""
      throw Trial.mismatch(
        "pagemap of page \(some.lowerBound + index / perPage)\(part) \(when)",
        expected.description, seen.description)
    }
  }

  /// How many 4 KiB entries of the pages have all of the bits.
  @inline(never)
  public func count(_ bits: PagemapEntry.Bits, in pages: Pages, _ some: Range<Int>? = nil)
    throws(CaseEnd) -> Int
  {
    let entries = try pages.pagemap(self, some)
    return entries.reduce(0) { $0 + ($1.bits.isSuperset(of: bits) ? 1 : 0) }
  }

  /// Fails unless exactly so many 4 KiB entries have all of the bits; trivially true for `W` on kernels
  /// whose pagemap cannot show it.
  @inline(never)
  public func expectCount(
    _ bits: PagemapEntry.Bits, in pages: Pages, _ some: Range<Int>? = nil, equals expected: Int,
    _ when: String
  ) throws(CaseEnd) {
    guard comparable(true).isSuperset(of: bits) else { return }
    try expect(
      try count(bits, in: pages, some), equals: expected, "entries with \(bits) \(when)")
  }

  /// Fails unless exactly those pages are write-protected, whatever else they are.
  ///
  /// Trivially true on kernels whose pagemap cannot show `W`.
  public func expectProtected(
    _ pages: Pages, _ when: String, where protected: (Int) -> Bool = { _ in true }
  ) throws(CaseEnd) {
    try expectProtected(pages, 0..<pages.count, when, where: protected)
  }

  /// The same for some pages.
  public func expectProtected(
    _ pages: Pages, _ some: Range<Int>, _ when: String,
    where protected: (Int) -> Bool = { _ in true }
  ) throws(CaseEnd) {
    step("the protected ones of " + Trial.words(some) + " " + when)
    guard showsWriteProtect else { return }
    let first = some.lowerBound
    let perPage = Int(pages.pageSize / Memory.pageSize)
    for (index, entry) in try pages.pagemap(self, some).enumerated() {
      let page = first + index / perPage
      let wanted = protected(page)
      guard entry.bits.contains(.writeProtected) != wanted else { continue }
      throw .failed(
        expected: "page \(page) \(when): \(wanted ? "W" : "no W")",
        seen: "page \(page) \(when): \(entry)")
    }
  }

  /// "page 3", "pages 0 to 7".
  static func words(_ pages: Range<Int>) -> String {
    pages.count == 1
      ? "page \(pages.lowerBound)" : "pages \(pages.lowerBound) to \(pages.upperBound - 1)"
  }

  private func comparable(_ softDirty: Bool) -> PagemapEntry.Bits {
    var looked: PagemapEntry.Bits = [.present, .swapped, .file, .exclusive, .guardRegion]
    if softDirty { looked.insert(.softDirty) }
    if PagemapVisibility.showsWriteProtect { looked.insert(.writeProtected) }
    return looked
  }

  /// Whether pagemap shows userfaultfd write-protection on this kernel (5.14).
  public var showsWriteProtect: Bool { PagemapVisibility.showsWriteProtect }
}
