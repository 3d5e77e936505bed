import GuestKit
import LinuxMM

/// Files that lie in pieces on the disk, and areas beside each other.
enum SwapPiece {
  static var cases: [Case] {
    [
      Case(
        "swap-fs.file-in-pieces", "each page of a file in many pieces has its own place",
        needs: [.root, .disk], deadline: .seconds(20), body: fileInPieces),
      Case(
        "swap-fs.two-priorities", "the area of higher priority is filled before the other",
        needs: [.root, .disk], deadline: .seconds(20), body: twoPriorities),
      Case(
        "swap-fs.same-priority", "areas of the same priority are used in turns",
        needs: [.root, .disk], deadline: .seconds(20), body: samePriority),
    ]
  }
}

/// Anonymous pages that no two of are alike, so that a page at the wrong place shows.
private struct UniquePages {
  let pages: Pages

  init(_ trial: Trial, count: Int) throws(CaseEnd) {
    pages = try Backing.anon.map(trial, pages: count)
    pages.fill()
    for page in 0..<count {
      Memory.storeWord(pages.address(page), UniquePages.stamp(page))
      Memory.storeWord(pages.address(page, at: 4088), UniquePages.stamp(page))
    }
  }

  private static func stamp(_ page: Int) -> UInt64 {
    (UInt64(page) + 1) &* 0x9e37_79b9_7f4a_7c15
  }

  /// Fails unless all pages hold what they should; they are looked at in an order like chance's.
  func expectIntact(_ trial: Trial, _ when: String) throws(CaseEnd) {
    let count = pages.count
    for step in 0..<count {
      let page = step * 1103 % count
      for offset in [UInt64(0), 4088] {
        let seen = Memory.loadWord(pages.address(page, at: offset))
        guard seen != UniquePages.stamp(page) else { continue }
        let owner = (0..<count).first { UniquePages.stamp($0) == seen }
        try trial.fail(
          expected: "page \(page) \(when) holds its own content",
          seen: owner.map { "the content of page \($0)" } ?? "0x" + hex(seen))
      }
      let inner = AddressRange(start: pages.address(page, at: 8), length: 4080)
      guard
        let found = Memory.firstDifference(inner, from: 0, expecting: Pages.pattern(page))
      else { continue }
      try trial.fail(
        expected: "page \(page) \(when) is full of its pattern",
        seen: "another byte at 0x" + hex(found + 8))
    }
  }
}

/// A swap file and a neighbour whose blocks lie between the swap file's on the disk.
private struct Neighbours {
  static let chunk: UInt64 = 64 << 10
  static let chunks = 96
  let file: SwapFile
  let neighbour = Disk.directory + "/neighbour-\(System.processID)"

  init() { file = SwapFile("a", pages: UInt64(Neighbours.chunks) * Neighbours.chunk / 4096) }

  /// Makes both by turns: first the swap file's even chunks, then the odd ones, so that its pieces lie before and
  /// behind each other.
  func make(_ trial: Trial) throws(CaseEnd) {
    do throws(Errno) {
      let swap = try file.create()
      let other = try Descriptor(opening: neighbour, for: .create)
      if Disk.has("btrfs") { try other.writeInPlace() }
      var order: [Int] = []
      for parity in 0...1 {
        order += stride(from: parity, to: Neighbours.chunks, by: 2)
      }
      for (turn, place) in order.enumerated() {
        try swap.allocate(at: UInt64(place) * Neighbours.chunk, length: Neighbours.chunk)
        try other.allocate(at: UInt64(turn) * Neighbours.chunk, length: Neighbours.chunk)
      }
      try SwapFile.write(zerosUpTo: file.pages * 4096, to: swap)
      try swap.write(SwapHeader(pages: file.pages).bytes, at: 0)
      try swap.sync()
      for chunk in 0..<Neighbours.chunks {
        let bytes = [UInt8](repeating: Neighbours.byte(chunk), count: Int(Neighbours.chunk))
        try other.write(bytes, at: UInt64(chunk) * Neighbours.chunk)
      }
      try other.sync()
    } catch { throw .error("making two files in turns failed with \(error)") }
    try provePieces(trial)
  }

  private static func byte(_ chunk: Int) -> UInt8 { UInt8(0x80 | chunk & 0x7f) }

  /// The path is taken only where the file lies in many pieces.
  private func provePieces(_ trial: Trial) throws(CaseEnd) {
    let extents: [FileExtent]
    do throws(Errno) {
      extents = try Descriptor(opening: file.path, for: .read).extents()
    } catch { throw .error("asking for the swap file's extents failed with \(error)") }
    var forward = 0
    var backward = 0
    for (one, next) in zip(extents, extents.dropFirst()) {
      let end = one.physical + one.length
      if next.physical > end { forward += 1 }
      if next.physical < end { backward += 1 }
    }
    trial.evidence("gaps_forward", forward)
    trial.evidence("gaps_backward", backward)
    try trial.prove(
      forward >= 4 && forward + backward >= 16,
      otherwise: "the swap file has \(forward) gaps forward and \(backward) backward")
  }

  /// Reads the neighbour from the disk, past the page cache: nobody may have written it.
  func expectUntouched(_ trial: Trial, _ when: String) throws(CaseEnd) {
    let buffer = try trial.attempt(
      "mapping a buffer", try Mapping(anonymous: Neighbours.chunk, .private))
    let open = try trial.attempt(
      "opening the neighbour for direct reads",
      try Descriptor(opening: neighbour, for: .direct))
    for chunk in 0..<Neighbours.chunks {
      let count = try trial.attempt(
        "a direct read", try open.read(into: buffer.range.start, length: Int(Neighbours.chunk)))
      try trial.expect(count, equals: Int(Neighbours.chunk), "bytes of a direct read")
      guard
        let found = Memory.firstDifference(
          buffer.range, from: 0, expecting: Neighbours.byte(chunk))
      else { continue }
      let offset = UInt64(chunk) * Neighbours.chunk + found
      try trial.fail(
        expected: "the file beside the swap file is untouched " + when,
        seen: "its byte 0x" + hex(offset) + " is 0x"
          + hex(UInt64(Memory.load(buffer.range.start + found))) + ", not 0x"
          + hex(UInt64(Neighbours.byte(chunk))))
    }
  }

  func remove() {
    file.remove()
    _ = try? TextFile.remove(neighbour)  // it never came to be
  }
}

/// Nearly all of a file in pieces is used; every page comes back, and the file between the pieces is untouched.
func fileInPieces(_ trial: Trial) throws(CaseEnd) {
  let both = Neighbours()
  defer { both.remove() }
  try both.make(trial)
  try both.expectUntouched(trial, "before swapon")
  try both.file.takeOver(trial)
  let size = try both.file.entry(trial)?.size
  try trial.expect(size ?? 0, equals: (both.file.pages - 1) * 4, "kB of the area in /proc/swaps")
  let unique = try UniquePages(trial, count: Int(both.file.pages) - 160)
  try trial.pageOut(unique.pages)
  let used = try both.file.used(trial)
  trial.evidence("used_kib", used)
  try trial.prove(
    used >= UInt64(unique.pages.count) * 4 * 3 / 4, otherwise: "the area was not filled")
  try unique.expectIntact(trial, "back from a file in pieces")
  try both.file.turnOff(trial)
  try unique.expectIntact(trial, "after swapoff")
  try both.expectUntouched(trial, "after swapoff")
  try both.file.expectFree(trial, "after swapoff")
}

/// The second area gets nothing before the first is full, and swapoff of one leaves the other alone.
func twoPriorities(_ trial: Trial) throws(CaseEnd) {
  let first = try SwapFile(trial, pages: 1536, "a")
  let second = try SwapFile(trial, pages: 1536, "b")
  defer {
    first.remove()
    second.remove()
  }
  try first.takeOver(trial)
  try second.turnOn(trial, priority: 32766)
  let early = try UniquePages(trial, count: 512)
  try trial.pageOut(early.pages)
  try trial.expect(
    try second.used(trial), equals: 0, "kB in the area of lower priority while there is room")
  try trial.prove(try first.used(trial) >= 1024, otherwise: "the pages went to a third area")
  let late = try UniquePages(trial, count: 1536)
  try trial.pageOut(late.pages)
  let (filled, over) = (try first.used(trial), try second.used(trial))
  trial.evidence("used_kib", "\(filled) and \(over)")
  try trial.prove(over >= 512, otherwise: "the second area was not used")
  try trial.expect(
    filled >= 1536 * 4 - 1024, expected: "the first area all but full (6140 kB)",
    seen: "\(filled) kB in use")
  try first.turnOff(trial)
  try trial.expect(
    try second.used(trial) >= 512, expected: "the second area still in use",
    seen: "\(try second.used(trial)) kB in use")
  try early.expectIntact(trial, "after swapoff of the first area")
  try late.expectIntact(trial, "after swapoff of the first area")
  try second.turnOff(trial)
  try late.expectIntact(trial, "after swapoff of both areas")
  try first.expectFree(trial, "after swapoff")
  try second.expectFree(trial, "after swapoff")
}

func samePriority(_ trial: Trial) throws(CaseEnd) {
  let first = try SwapFile(trial, pages: 2048, "a")
  let second = try SwapFile(trial, pages: 2048, "b")
  defer {
    first.remove()
    second.remove()
  }
  try first.takeOver(trial)
  try second.turnOn(trial)
  let unique = try UniquePages(trial, count: 2600)
  try trial.pageOut(unique.pages)
  let (one, other) = (try first.used(trial), try second.used(trial))
  trial.evidence("used_kib", "\(one) and \(other)")
  try trial.prove(one + other >= 2600 * 4 * 3 / 4, otherwise: "the pages went to a third area")
  try trial.expect(
    one >= 1024 && other >= 1024, expected: "at least 1024 kB in each of two areas",
    seen: "\(one) and \(other) kB")
  try second.turnOff(trial)
  try unique.expectIntact(trial, "after swapoff of one of two areas")
  try first.turnOff(trial)
  try unique.expectIntact(trial, "after swapoff of both areas")
  try first.expectFree(trial, "after swapoff")
  try second.expectFree(trial, "after swapoff")
}
