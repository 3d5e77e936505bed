public import LinuxMM

/// A file that several mappings share; closed with the last of them.
final class OpenFile {
  let descriptor: Descriptor
  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}

/// Mapped pages that know what they should contain.
///
/// A page is the backing's unit: 4 KiB, or 2 MiB on hugetlb. The memory stays mapped until the case's
/// process ends, whatever happens to this object. `store` remembers what it wrote, so that
/// `Trial.expectIntact` can check every byte at the end.
public final class Pages {
  public let backing: Backing
  public private(set) var range: AddressRange
  public let count: Int
  private let file: OpenFile?
  /// The byte each page is full of; nil when unknown.
  private var base: [UInt8?]
  /// Bytes that differ from their page's, by page: thousands of stores must not cost their square.
  private var changed: [[(offset: UInt64, value: UInt8)]]

  init(_ backing: Backing, _ range: AddressRange, _ count: Int, file: OpenFile? = nil) {
    self.backing = backing
    self.range = range
    self.count = count
    self.file = file
    base = [UInt8?](repeating: 0, count: count)
    changed = [[(offset: UInt64, value: UInt8)]](repeating: [], count: count)
  }

  /// Pages of memory that was mapped in another way; `backing` says how big and how shared they are.
  ///
  /// They are taken to be untouched.
  public convenience init(_ backing: Backing, at range: AddressRange) {
    self.init(backing, range, Int(range.length / backing.pageSize))
  }

  public var pageSize: UInt64 { backing.pageSize }

  /// The address of a byte in a page.
  public func address(_ page: Int, at offset: UInt64 = 0) -> UInt64 {
    precondition(page >= 0 && page < count && offset < pageSize, "an address outside the pages")
    return range.start + UInt64(page) * pageSize + offset
  }

  /// One page.
  public func range(_ page: Int) -> AddressRange {
    AddressRange(start: address(page), length: pageSize)
  }

  /// Some neighbouring pages.
  public func range(_ pages: Range<Int>) -> AddressRange {
    precondition(pages.lowerBound >= 0 && pages.upperBound <= count, "pages outside the mapping")
    return AddressRange(
      start: range.start + UInt64(pages.lowerBound) * pageSize,
      length: UInt64(pages.count) * pageSize)
  }

  /// The byte that `fill` puts into a page: never 0 and different from its neighbours'.
  public static func pattern(_ page: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: 0x11 &+ 26 &* page) | 1
  }

  /// Fills pages, all by default, with their pattern.
  public func fill(_ pages: Range<Int>? = nil) {
    for page in pages ?? 0..<count {
      let value = Pages.pattern(page)
      Memory.fill(range(page), with: value)
      note(page, fullOf: value)
    }
  }

  /// Stores one byte, by default in the middle of nowhere special, and remembers it.
  public func store(_ page: Int, at offset: UInt64 = 0x123, _ value: UInt8) {
    Memory.store(address(page, at: offset), value)
    note(page, at: offset, value)
  }

  /// Loads one byte.
  @discardableResult
  public func load(_ page: Int, at offset: UInt64 = 0x123) -> UInt8 {
    Memory.load(address(page, at: offset))
  }

  /// Somebody else filled the page: `UFFDIO_COPY`, a zap (0); nil when its content is anybody's guess.
  public func note(_ page: Int, fullOf value: UInt8?) {
    base[page] = value
    changed[page] = []
  }

  /// Somebody else stored a byte: a child, the kernel, an alias.
  public func note(_ page: Int, at offset: UInt64, _ value: UInt8) {
    changed[page].removeAll { $0.offset == offset }
    changed[page].append((offset, value))
  }

  /// What the page should hold at an offset; nil when unknown.
  public func expected(_ page: Int, at offset: UInt64) -> UInt8? {
    changed[page].first { $0.offset == offset }?.value ?? base[page]
  }

  /// The first byte of a page that is not what it should be.
  func firstDifference(_ page: Int) -> (offset: UInt64, expected: UInt8, seen: UInt8)? {
    guard let value = base[page] else { return nil }
    var offset: UInt64 = 0
    let whole = range(page)
    for change in changed[page] {
      let seen = Memory.load(whole.start + change.offset)
      if seen != change.value { return (change.offset, change.value, seen) }
    }
    while let found = Memory.firstDifference(whole, from: offset, expecting: value) {
      guard expected(page, at: found) != value else {
        return (found, value, Memory.load(whole.start + found))
      }
      offset = found + 1
    }
    return nil
  }

  /// Maps the file behind the pages once more, shared: the other way to the same memory.
  public func alias(_ trial: Trial) throws(CaseEnd) -> Pages {
    guard let file else { throw .error("\(backing.rawValue) has no file to map twice") }
    let length = range.length
    let aligned = backing.isTransparentHuge ? Memory.hugePageSize : backing.pageSize
    let other = try trial.attempt(
      "mapping the \(backing.rawValue) file again",
      try Mapping(file: file.descriptor, length: length, .shared, aligned: aligned).relinquish())
    let pages = Pages(backing, other, count, file: file)
    pages.base = base
    pages.changed = changed
    return pages
  }

  /// Runs `body` with the file behind the pages; an error of the test when there is none.
  public func withFile<T>(_ body: (borrowing Descriptor) throws(CaseEnd) -> T) throws(CaseEnd) -> T
  {
    guard let file else { throw .error("\(backing.rawValue) pages have no file") }
    return try body(file.descriptor)
  }

  /// Moves the mapping elsewhere with mremap(2), to an address of one's choice or any other; addresses
  /// change, content does not.
  public func move(_ trial: Trial, to target: UInt64? = nil) throws(CaseEnd) {
    let old = range
    let aligned = backing.isTransparentHuge ? Memory.hugePageSize : backing.pageSize
    range = try trial.attempt(
      "mremap of \(old)",
      try Mapping(adopting: old).moved(aligned: aligned, to: target).relinquish())
  }

  /// The pagemap entries of some pages: one per 4 KiB, so 512 for each hugetlb page.
  public func pagemap(_ trial: Trial, _ pages: Range<Int>? = nil) throws(CaseEnd) -> [PagemapEntry]
  {
    let wanted = range(pages ?? 0..<count)
    return try trial.attempt("reading pagemap", try Pagemap().entries(wanted))
  }

  /// The pagemap bits of one page's first 4 KiB.
  public func bits(_ trial: Trial, _ page: Int) throws(CaseEnd) -> PagemapEntry.Bits {
    try pagemap(trial, page..<(page + 1))[0].bits
  }

  /// A field of the mapping's smaps, such as `AnonHugePages`, `Swap` or `Rss`, in KiB.
  public func smaps(_ trial: Trial, _ field: String) throws(CaseEnd) -> UInt64 {
    try trial.attempt("reading smaps", try Smaps(range)).kibibytes(field)
  }
}
