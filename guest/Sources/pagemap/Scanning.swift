import GuestKit
import LinuxMM

extension PagemapScan {
  /// A scan for some categories, all of which must be there, that returns some.
  init(
    all: Categories = [], any: Categories = [], inverted: Categories = [],
    returned: Categories = [], flags: Flags = [], maximumPages: UInt64 = 0, room: Int = 512
  ) {
    self.init()
    self.all = all
    self.any = any
    self.inverted = inverted
    self.returned = returned
    self.flags = flags
    self.maximumPages = maximumPages
    regionLimit = room
  }

  /// What was written since it was protected; `thorough` asks for more than that, which the kernel answers
  /// in a loop of its own.
  static func written(protecting: Bool = false, thorough: Bool = false) -> PagemapScan {
    PagemapScan(
      all: .written, returned: thorough ? [.written, .present, .swapped] : .written,
      flags: protecting ? .protectMatching : [])
  }

  /// Every category that kernels from 6.7 on know.
  static let sinceFirst = Categories(rawValue: 0x7f)
}

extension Trial {
  /// Scans pages and says what came: `0-2 5-6 end 8`, in base pages, with `=0xa` after each region's pages
  /// if categories are wanted.
  func scan(
    _ pages: Pages, _ scan: PagemapScan, from first: Int = 0, upTo last: Int? = nil,
    categories: Bool = false, ofProcess process: Int32? = nil
  ) throws(CaseEnd) -> String {
    let start = pages.range.start
    let end = last.map { start + UInt64($0) * Memory.pageSize } ?? pages.range.end
    let answer = try expectSuccess(
      of: "PAGEMAP_SCAN",
      try scan.scan(
        try Pagemap(ofProcess: process), from: start + UInt64(first) * Memory.pageSize, to: end))
    return describe(answer, from: start, categories)
  }

  private func describe(_ answer: PagemapScan.Answer, from start: UInt64, _ categories: Bool)
    -> String
  {
    var text = ""
    for region in answer.regions.prefix(40) {
      text += "\((region.range.start &- start) / Memory.pageSize)-"
      text += "\((region.range.end &- start) / Memory.pageSize)"
      text += categories ? "=\(region.categories) " : " "
    }
    if answer.regions.count > 40 { text += "... (\(answer.regions.count)) " }
    let rest = (answer.walkEnd &- start) % Memory.pageSize
    let past = rest == 0 ? "" : "+\(rest)"
    return text + "end \((answer.walkEnd &- start) / Memory.pageSize)" + past
  }

  /// Fails unless a scan gives exactly this; see `scan` for the form.
  func expectScan(
    _ pages: Pages, _ scan: PagemapScan, _ expected: String, _ when: String, from first: Int = 0,
    upTo last: Int? = nil, categories: Bool = false
  ) throws(CaseEnd) {
    let seen = try self.scan(pages, scan, from: first, upTo: last, categories: categories)
    try expect(seen, equals: expected, "PAGEMAP_SCAN \(when)")
  }

  /// Fails unless the pages, which nothing tracks, have these categories, one word a run, as in
  /// `0-1=0x2 1-4=0xa`.
  func expectCategories(_ pages: Pages, _ expected: String, _ when: String) throws(CaseEnd) {
    let expected = ofUntracked(expected)
    let every = PagemapScan(returned: PagemapScan.sinceFirst)
    let seen = try scan(pages, every, categories: true)
    let end = pages.range.length / Memory.pageSize
    try expect(seen, equals: expected + " end \(end)", "categories \(when)")
  }
}

extension Trial {
  /// The categories of untracked memory as this kernel says them: `0-1=0x2 1-4=0xa` loses its bits 1 on a kernel that
  /// calls only tracked memory written.
  func ofUntracked(_ text: String) -> String {
    guard !untrackedLooksWritten else { return text }
    var plain: [UInt8] = []
    for word in text.utf8.split(separator: UInt8(ascii: " ")) {
      if !plain.isEmpty { plain.append(UInt8(ascii: " ")) }
      guard let equals = word.firstIndex(of: UInt8(ascii: "=")),
        let bits = UInt64(String(decoding: word[equals...].dropFirst(3), as: UTF8.self), radix: 16)
      else {
        plain += word
        continue
      }
      plain += word[...equals]
      plain += PagemapScan.Categories(rawValue: bits & ~2).description.utf8
    }
    return String(decoding: plain, as: UTF8.self)
  }
}

/// A tracker that lets writes through and keeps account of them in the page tables.
func asynchronous(_ trial: Trial, _ pages: Pages) throws(CaseEnd) -> Tracker {
  try Tracker(trial, of: pages, features: [.writeProtectAsync, .writeProtectUnpopulated])
}
