import GuestKit
import LinuxMM
import StateModel
import UffdWP

/// An open file that an object may hold.
final class HeldFile {
  let descriptor: Descriptor
  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}

/// The memory of a cell: the watched range, and pages around it that nothing may happen to.
final class Area {
  let ground: Ground
  let layout: Layout
  /// The watched pages; changes when they move.
  private(set) var range: AddressRange
  /// The file behind them, which starts with the first page of `whole`.
  var file: HeldFile?
  /// Everything that was mapped.
  let whole: AddressRange
  /// Pages beside the range, of the same mapping until a userfaultfd parts them.
  let outside: [AddressRange]
  /// Where the range was in the file.
  let offset: UInt64
  /// Settings that last as long as the area.
  var knob: Knob?
  var group: MemoryGroup?
  var merger: Merger?

  static let outsideByte: UInt8 = 0xee

  init(_ cell: Cell, _ trial: Trial, layout: Layout) throws(CaseEnd) {
    ground = cell.ground
    self.layout = layout
    let size = ground.pageSize
    let length = UInt64(layout.count) * size
    let huge = Memory.hugePageSize
    // Room on both sides, and the boundary of a page table where the layout wants it.
    let before = layout.boundary > 0 ? huge - UInt64(layout.boundary) * size : huge
    let total = ((before + length + huge - 1) / huge + 1) * huge
    if ground.hasFile {
      file = HeldFile(try trial.attempt("making a file", try Area.makeFile(ground, total)))
    }
    whole = try trial.attempt("mapping", try Area.map(ground, total, file))
    offset = before
    range = AddressRange(start: whole.start + before, length: length)
    let two = ground.isHugetlb ? size : 2 * size
    outside = [
      AddressRange(start: range.start - two, length: two),
      AddressRange(start: range.end, length: two),
    ]
    try trial.attempt("advising", try advise())
  }

  private static func makeFile(_ ground: Ground, _ size: UInt64) throws(Errno) -> Descriptor {
    guard ground.isPlainFile else {
      return try Descriptor(memoryFileOfSize: size, huge: ground.isHugetlb)
    }
    let path = "/mnt/faultline-state-\(System.processID)"
    let made = try Descriptor(opening: path, for: .create)
    try TextFile.remove(path)
    try made.resize(to: size)
    return made
  }

  private static func map(_ ground: Ground, _ length: UInt64, _ file: HeldFile?) throws(Errno)
    -> AddressRange
  {
    let aligned = Memory.hugePageSize
    let sharing: Mapping.Sharing = ground.isShared ? .shared : .private
    guard let file else {
      return try Mapping(
        anonymous: length, sharing, huge: ground.isHugetlb, aligned: aligned
      ).relinquish()
    }
    return try Mapping(file: file.descriptor, length: length, sharing, aligned: aligned)
      .relinquish()
  }

  private func advise() throws(Errno) {
    guard !ground.isHugetlb else { return }
    do throws(Errno) { try whole.advise(.noHugePage) } catch {
      guard error == .invalid else { throw error }  // a kernel without huge pages
    }
    if ground.isLarge { try range.advise(.hugePage) }
  }

  /// What was mapped around the range; between them is whatever was mapped there since the range moved away.
  var surroundings: [AddressRange] {
    let end = whole.start + offset + range.length
    return [
      AddressRange(start: whole.start, length: offset),
      AddressRange(start: end, length: whole.end - end),
    ]
  }

  // MARK: pages

  func address(_ page: Int, at place: UInt64 = 0) -> UInt64 {
    range.start + UInt64(page) * ground.pageSize + place
  }

  func range(_ pages: Range<Int>) -> AddressRange {
    AddressRange(
      start: address(pages.lowerBound), length: UInt64(pages.count) * ground.pageSize)
  }

  func range(_ page: Int) -> AddressRange { range(page..<(page + 1)) }

  /// Where a page is in the file.
  func fileOffset(_ page: Int) -> UInt64 { offset + UInt64(page) * ground.pageSize }

  /// Moves the range, not what is beside it.
  func move(_ trial: Trial) throws(CaseEnd) {
    let old = range
    let aligned = ground.isLarge && ground != .mthp || ground.isHugetlb
    range = try trial.attempt(
      "mremap",
      try Mapping(adopting: old).moved(aligned: aligned ? Memory.hugePageSize : Memory.pageSize)
        .relinquish())
  }

  /// The parts of a page that are filled and compared: all of it, or four pieces of a hugetlb page.
  private func pieces(_ start: UInt64) -> [AddressRange] {
    guard ground.isHugetlb else { return [AddressRange(start: start, length: Memory.pageSize)] }
    return [0, 1, 255, 511].map {
      AddressRange(start: start + $0 * Memory.pageSize, length: Memory.pageSize)
    }
  }

  /// Fills the page at an address.
  func fill(at start: UInt64, with value: UInt8) {
    for piece in pieces(start) { Memory.fill(piece, with: value) }
  }

  /// The first byte of a page that is not what it should be.
  func difference(_ page: Int, _ content: Content) -> (at: UInt64, expected: UInt8, seen: UInt8)? {
    let start = address(page)
    for (slot, place) in Content.offsets.enumerated() {
      let seen = Memory.load(start + place)
      if seen != content.byte(slot) { return (place, content.byte(slot), seen) }
    }
    for piece in pieces(start) {
      var next: UInt64 = 0
      while let found = Memory.firstDifference(piece, from: next, expecting: content.fill) {
        let place = piece.start - start + found
        guard Content.offsets.contains(place) else {
          return (place, content.fill, Memory.load(start + place))
        }
        next = found + 1
      }
    }
    return nil
  }

  /// Fills what is beside the range.
  func fillOutside() {
    for some in outside {
      for page in 0..<(some.length / ground.pageSize) {
        fill(at: some.start + page * ground.pageSize, with: Area.outsideByte)
      }
    }
  }

  /// The pagemap entries of each page: one, but the first, second and last of a hugetlb page.
  func entries(_ trial: Trial, _ pagemap: borrowing Pagemap) throws(CaseEnd) -> [PagemapEntry] {
    do throws(Errno) {
      guard ground.isHugetlb else { return try pagemap.entries(range) }
      var all: [PagemapEntry] = []
      for page in 0..<layout.count {
        let start = address(page)
        all += try pagemap.entries(AddressRange(start: start, length: 2 * Memory.pageSize))
        all.append(try pagemap.entry(at: start + ground.pageSize - 1))
      }
      return all
    } catch { throw .error("reading pagemap failed with \(error)") }
  }

  /// Entries that `entries` has for a page.
  var entriesPerPage: Int { ground.isHugetlb ? 3 : 1 }

  /// The frame of each page; 0 where none is.
  func frames(_ trial: Trial) throws(CaseEnd) -> [UInt64] {
    let pagemap = try trial.attempt("opening pagemap", try Pagemap())
    let all = try entries(trial, pagemap)
    return (0..<layout.count).map { all[$0 * entriesPerPage].frame }
  }
}
