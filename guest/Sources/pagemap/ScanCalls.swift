import GuestKit
import LinuxMM

/// Wrong arguments are refused with their errno, odd but right ones do what they say.
func scanArguments(_ trial: Trial) throws(CaseEnd) {
  let pages = try inOneTable(trial, .anon)
  pages.fill()
  let page = Memory.pageSize
  let (start, end) = (pages.range.start, pages.range.end)
  let plain = PagemapScan(all: .present, returned: .present)
  for size in [0, 8, 95, 97, 104] as [UInt64] {
    var scan = plain
    scan.structureSize = size
    try expectErrno(trial, scan, start, end, .invalid, "a size of \(size)")
  }
  for flag in [4, 1 << 63] as [UInt64] {
    var scan = plain
    scan.flags = PagemapScan.Flags(rawValue: flag)
    try expectErrno(trial, scan, start, end, .invalid, "flag 0x\(hex(flag))")
  }
  try unknownCategories(trial, pages)
  try expectErrno(trial, plain, start + 1, end, .invalid, "an unaligned start")
  try expectErrno(trial, plain, end, start, .badAddress, "the start after the end")
  let kernel = UInt64(0xffff_8000) << 32
  try expectErrno(trial, plain, kernel, kernel + page, .badAddress, "the kernel's addresses")
  try expectErrno(trial, plain, start, kernel, .badAddress, "an end in the kernel's addresses")
  try vectors(trial, pages, plain)

  try trial.expectScan(pages, plain, "0-4 end 4", "of all pages")
  try trial.expectScan(pages, plain, "end 2", "of an empty range", from: 2, upTo: 2)
  let odd = try trial.expectSuccess(
    of: "a scan with an unaligned end", try plain.scan(try Pagemap(), from: start, to: end - 1))
  try trial.expect(
    odd.walkEnd == end && odd.regions.map { $0.range } == [pages.range],
    expected: "an unaligned end rounded up to 0x\(hex(end))",
    seen: "\(odd.regions.count) regions up to 0x\(hex(odd.walkEnd))")
  let request = PagemapScan.request
  try trial.expect(
    .invalid, from: "another ioctl", try PagemapScan.rawRequest(Pagemap(), number: request + 1))
  try trial.expect(
    .badAddress, from: "a null argument", try PagemapScan.rawRequest(Pagemap(), number: request))
  try trial.expectPagemap(pages, 0..<4, "PX", "after refused calls")
  try trial.expectIntact(pages)
}

private func expectErrno(
  _ trial: Trial, _ scan: PagemapScan, _ start: UInt64, _ end: UInt64, _ expected: Errno?,
  _ what: String
) throws(CaseEnd) {
  var seen: Errno?
  do throws(Errno) { _ = try scan.scan(try Pagemap(), from: start, to: end) } catch { seen = error }
  try trial.expect(seen, equals: expected, "PAGEMAP_SCAN with \(what)")
}

/// Bit 10 and up mean nothing to any kernel that there is.
private func unknownCategories(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  let (start, end) = (pages.range.start, pages.range.end)
  for bit in [10, 31, 63] as [UInt64] {
    let unknown = PagemapScan.Categories(rawValue: 1 << bit)
    let masks: [(String, PagemapScan)] = [
      ("all", PagemapScan(all: unknown)), ("any", PagemapScan(any: unknown)),
      ("inverted", PagemapScan(inverted: unknown)), ("returned", PagemapScan(returned: unknown)),
    ]
    for (mask, scan) in masks {
      try expectErrno(
        trial, scan, start, end, .invalid, "category bit \(bit) in the mask \(mask)")
    }
  }
}

private func vectors(_ trial: Trial, _ pages: Pages, _ plain: PagemapScan) throws(CaseEnd) {
  let (start, end) = (pages.range.start, pages.range.end)
  let space = try Reservation(trial)
  let place = space.range.start
  let wrong: [(UInt64, UInt64, Errno?, String)] = [
    (0, 1, .invalid, "no vector but a length"), (0, 0, nil, "neither vector nor length"),
    (place, 0, nil, "a vector without length"), (place, 4, .badAddress, "an unwritable vector"),
    (pages.address(0), UInt64.max, .badAddress, "a vector without end"),
    (UInt64(0xffff_8000) << 32, 4, .badAddress, "a vector in the kernel"),
  ]
  for (address, length, errno, what) in wrong {
    var scan = plain
    scan.regionLimit = 0
    scan.rawVector = (address, length)
    try expectErrno(trial, scan, start, end, errno, what)
  }
}

/// `vec_len` and `max_pages` stop a scan where it can be taken up again without loss.
func scanLimits(_ trial: Trial) throws(CaseEnd) {
  let pages = try inOneTable(trial, .anon, pages: 64)
  for page in stride(from: 0, to: 64, by: 2) { pages.store(page, 0xa0) }
  func present(_ room: Int, _ most: UInt64 = 0) -> PagemapScan {
    PagemapScan(all: .present, returned: .present, maximumPages: most, room: room)
  }
  var all = ""
  for page in stride(from: 0, to: 64, by: 2) { all += "\(page)-\(page + 1) " }
  try trial.expectScan(pages, present(64), all + "end 64", "of every second page")
  try trial.expectScan(pages, present(4), "0-1 2-3 4-5 6-7 end 8", "with room for 4")
  try trial.expectScan(pages, present(64, 3), "0-1 2-3 4-5 end 6", "of at most 3 pages")
  try trial.expectScan(pages, present(2, 3), "0-1 2-3 end 4", "with room for 2, at most 3")
  try trial.expectScan(pages, present(3, 3), "0-1 2-3 4-5 end 6", "with room for 3, at most 3")
  try trial.expectScan(pages, present(1), "0-1 end 2", "with room for 1")
  try trial.expectScan(pages, present(8, 1), "0-1 end 2", "of at most 1 page")
  let absent = PagemapScan(all: .swapped, returned: .swapped)
  try trial.expectScan(pages, absent, "end 64", "for what nothing is")
  try resume(trial, pages, present(3), "with room for 3", all)
  try resume(trial, pages, present(64, 5), "of at most 5 pages", all)

  pages.fill()
  try trial.expectScan(pages, present(64), "0-64 end 64", "of neighbours")
  try trial.expectScan(pages, present(64, 10), "0-10 end 10", "of at most 10 neighbours")
  try trial.expectScan(pages, present(1, 10), "0-10 end 10", "of at most 10 in one region")
  try trial.expectScan(pages, present(64, 64), "0-64 end 64", "of at most all")
  try trial.expectScan(pages, present(64, 63), "0-63 end 63", "of at most all but one")
  try trial.expectScan(pages, present(64, 2), "5-7 end 7", "from 5", from: 5, upTo: 9)
  try trial.expectIntact(pages)
}

/// Scans piece by piece from where the last one stopped; all pieces together are everything, once.
private func resume(
  _ trial: Trial, _ pages: Pages, _ scan: PagemapScan, _ what: String, _ expected: String
) throws(CaseEnd) {
  var from = pages.range.start
  var text = ""
  for _ in 0..<64 {
    guard from < pages.range.end else { break }
    let answer = try trial.expectSuccess(
      of: "PAGEMAP_SCAN", try scan.scan(try Pagemap(), from: from, to: pages.range.end))
    for region in answer.regions {
      let first = (region.range.start - pages.range.start) / Memory.pageSize
      text += "\(first)-\(first + region.range.length / Memory.pageSize) "
    }
    try trial.expect(
      answer.walkEnd > from, expected: "a scan \(what) that gets on",
      seen: "it stays at page \((from - pages.range.start) / Memory.pageSize)")
    from = answer.walkEnd
  }
  try trial.expect(text, equals: expected, "all of PAGEMAP_SCAN \(what), piece by piece")
}

/// More regions than the kernel collects at once, over several page tables: none twice, none missing.
func scanManyRegions(_ trial: Trial) throws(CaseEnd) {
  let pages = try everySecond(trial)
  for (room, wanted) in [(800, 750), (600, 600), (513, 513), (512, 512), (511, 511)] {
    let scan = PagemapScan(all: .present, returned: .present, room: room)
    let answer = try trial.expectSuccess(
      of: "PAGEMAP_SCAN",
      try scan.scan(try Pagemap(), from: pages.range.start, to: pages.range.end))
    try trial.expect(answer.regions.count, equals: wanted, "regions with room for \(room)")
    for (index, region) in answer.regions.enumerated() {
      try trial.expect(
        region.range == pages.range(2 * index), expected: "region \(index) is page \(2 * index)",
        seen: region.range.description)
    }
    guard wanted < 750 else { continue }
    try expectEnd(trial, pages, answer, 2 * wanted, "with room for \(room)")
  }
}

/// A scan that went all the way says so, however many regions it found.
func scanManyRegionsEnd(_ trial: Trial) throws(CaseEnd) {
  let pages = try everySecond(trial)
  let scan = PagemapScan(all: .present, returned: .present, room: 800)
  let answer = try trial.expectSuccess(
    of: "PAGEMAP_SCAN",
    try scan.scan(try Pagemap(), from: pages.range.start, to: pages.range.end))
  try trial.expect(answer.regions.count, equals: 750, "regions")
  try expectEnd(trial, pages, answer, 1500, "of everything")
}

private func everySecond(_ trial: Trial) throws(CaseEnd) -> Pages {
  let pages = try Backing.anon.map(trial, pages: 1500)
  for page in stride(from: 0, to: 1500, by: 2) { pages.store(page, 0xa0) }
  return pages
}

private func expectEnd(
  _ trial: Trial, _ pages: Pages, _ answer: PagemapScan.Answer, _ page: Int, _ what: String
) throws(CaseEnd) {
  let seen = Int((answer.walkEnd &- pages.range.start) / Memory.pageSize)
  try trial.expect(seen, equals: page, "the page where a scan \(what) ended")
}

/// What the masks select: all of, any of, the opposite of.
func scanMasks(_ trial: Trial) throws(CaseEnd) {
  let pages = try inOneTable(trial, .anon, pages: 8)
  let tracker = try asynchronous(trial, pages)
  pages.load(1)
  pages.fill(2..<6)
  try trial.pageOut(pages, 4..<6)
  // 0 empty, 1 zero page, 2-3 present, 4-5 out, 6-7 empty.
  let table: [(String, PagemapScan, String)] = [
    ("for present", PagemapScan(all: .present, returned: .present), "1-4=0x8 end 8"),
    (
      "for what is not present", PagemapScan(all: .present, inverted: .present, returned: .swapped),
      "0-1=0x0 4-6=0x10 6-8=0x0 end 8"
    ),
    (
      "for swapped or zero",
      PagemapScan(any: [.swapped, .zeroPage], returned: [.swapped, .zeroPage]),
      "1-2=0x20 4-6=0x10 end 8"
    ),
    (
      "for present but zero",
      PagemapScan(
        all: [.present, .zeroPage], inverted: .zeroPage, returned: [.present, .zeroPage]),
      "2-4=0x8 end 8"
    ),
    ("for present, returning nothing", PagemapScan(all: .present), "1-4=0x0 end 8"),
    (
      "for present and swapped", PagemapScan(all: [.present, .swapped], returned: .present),
      "end 8"
    ),
    (
      "for zero or not written",
      PagemapScan(any: [.zeroPage, .written], inverted: .written, returned: .present),
      "1-2=0x8 end 8"
    ),
    (
      "for anything", PagemapScan(returned: [.present, .swapped]),
      "0-1=0x0 1-4=0x8 4-6=0x10 6-8=0x0 end 8"
    ),
    (
      "for present and (zero or swapped)",
      PagemapScan(all: .present, any: [.zeroPage, .swapped], returned: .zeroPage), "1-2=0x20 end 8"
    ),
  ]
  for (what, scan, expected) in table {
    try trial.expectScan(pages, scan, expected, what, categories: true)
  }
  try trial.expectEvents([], in: tracker, after: 0, "in asynchronous mode")
  try trial.expectIntact(pages)
}

/// The soft-dirty category: all of a new mapping, nothing after clear_refs, one page after one store.
func scanSoftDirty(_ trial: Trial) throws(CaseEnd) {
  let pages = try inOneTable(trial, .anon, pages: 8)
  let scan = PagemapScan(all: .softDirty, returned: .softDirty)
  try trial.expectScan(pages, scan, "0-8 end 8", "of a new mapping, untouched")
  pages.fill(0..<6)
  try trial.expectScan(pages, scan, "0-8 end 8", "of a new mapping, filled")
  try trial.attempt("clear_refs", try SoftDirty.clear())
  try trial.expectScan(pages, scan, "end 8", "after clear_refs")
  pages.store(3, 0xa3)
  try trial.expectScan(pages, scan, "3-4 end 8", "after a store to page 3")
  let clean = PagemapScan(all: [.softDirty, .present], inverted: .softDirty, returned: .present)
  try trial.expectScan(pages, clean, "0-3 4-6 end 8", "for clean ones")
  guard Requirement.swap.lacking() == nil else { return trial.evidence("swapped", "none") }
  try trial.pageOut(pages, 0..<6)
  try trial.expectScan(pages, scan, "3-4 end 8", "while out")
  try trial.expectIntact(pages)
  try trial.expectScan(pages, scan, "3-4 end 8", "in again")
}
