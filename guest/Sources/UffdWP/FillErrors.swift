public import GuestKit
internal import LinuxMM

/// Bodies about what the ioctls that fill pages refuse, and what they answer.
public enum FillErrors {
  /// Wrong arguments fill nothing; the errno says why.
  public static func arguments(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let foreign = try backing.map(trial, pages: 1)
    let tracker = try Tracker(trial, of: pages, for: .missing, policy: .observing)
    let source = try Fills.filled(trial, pages: 2, of: backing).start
    let nowhere: UInt64 = 64 << 30
    let size = pages.pageSize
    let hole = pages.range(1)
    let whole = AddressRange(start: pages.address(3), length: 2 * size)
    let unmapped = AddressRange(start: nowhere, length: size)
    let table: [(String, AddressRange, UInt64, UInt64, Errno, Bool)] = [
      ("to memory that is not registered", foreign.range, source, 0, .noEntry, true),
      ("to nowhere", unmapped, source, 0, .noEntry, true),
      ("across the mapping's end", whole, source, 0, .noEntry, true),
      ("in mode WP without that registration", hole, source, 2, .invalid, true),
      ("from nowhere", hole, nowhere, 0, .badAddress, true),
      ("in mode 8", hole, source, 8, .invalid, false),
      ("of length 0", AddressRange(start: hole.start, length: 0), source, 0, .invalid, false),
      (
        "to an unaligned address", AddressRange(start: hole.start + 1, length: size), source, 0,
        .invalid, false
      ),
      (
        "of an unaligned length", AddressRange(start: hole.start, length: size + 1), source, 0,
        .invalid, false
      ),
      (
        "to a kernel address", AddressRange(start: 0xffff_8000_0000_0000, length: size), source,
        0, .invalid, false
      ),
      ("from an address that wraps", hole, UInt64.max - size + 2, 0, .invalid, false),
    ]
    for (what, range, from, mode, errno, isWritten) in table {
      try trial.expectRefused(
        try tracker.fill(.copy, range, from: from, rawMode: mode), errno, isWritten: isWritten,
        "UFFDIO_COPY " + what)
    }
    try zeroPage(trial, tracker, pages, foreign)
    try trial.expectPagemap(pages, 0..<4, "-", "after refused fills")
    try trial.expectPagemap(foreign, 0, "-", "after refused fills")

    // The source may be anywhere: only the page that is filled is a page.
    try trial.expectFilled(
      try tracker.fill(.copy, hole, from: source + 1), all: size, "UFFDIO_COPY from odd addresses")
    pages.note(1, fullOf: FaultPolicy.copiedByte)
    try trial.expectPagemap(pages, 1, backing.writtenLetters, "copied")
    try trial.expectPagemap(pages, 2..<4, "-", "beside the copied page")
    try trial.expectPagemap(pages, 0, "-", "before the copied page")
    try trial.expectIntact(pages, 1..<2)
  }

  private static func zeroPage(
    _ trial: Trial, _ tracker: Tracker, _ pages: Pages, _ foreign: Pages
  ) throws(CaseEnd) {
    let hole = pages.range(1)
    guard !pages.backing.isHugetlb else {
      try trial.expectRefused(
        try tracker.fill(.zeroPage, hole), .invalid, "UFFDIO_ZEROPAGE on hugetlb")
      let part = AddressRange(start: hole.start, length: Memory.pageSize)
      let source = try Fills.filled(trial, pages: 1, of: .anon).start
      return try trial.expectRefused(
        try tracker.fill(.copy, part, from: source), .invalid, "UFFDIO_COPY of a part of a page")
    }
    try trial.expectRefused(
      try tracker.fill(.zeroPage, foreign.range), .noEntry,
      "UFFDIO_ZEROPAGE to memory that is not registered")
    try trial.expectRefused(
      try tracker.fill(.zeroPage, hole, rawMode: 2), .invalid, isWritten: false,
      "UFFDIO_ZEROPAGE in mode 2")
  }

  /// A fill stops at what is there already and says how far it came; the next one begins there.
  public static func partial(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial, pages: 6)
    pages.fill(2..<3)
    let tracker = try Tracker(trial, of: pages, for: .missing, policy: .observing)
    let source = try Fills.filled(trial, pages: 4, of: backing).start
    let size = pages.pageSize
    let here = AddressRange(start: pages.address(0), length: 4 * size)
    try trial.expectFilled(
      try tracker.fill(.copy, here, from: source), part: 2 * size, "UFFDIO_COPY up to a page")
    for page in 0..<2 { pages.note(page, fullOf: FaultPolicy.copiedByte) }
    let letters = backing.writtenLetters
    try trial.expectPagemap(pages, 0..<3, letters, "after a copy that came to a page")
    try trial.expectPagemap(pages, 3..<6, "-", "after a copy that came to a page")
    let rest = AddressRange(start: pages.address(2), length: 2 * size)
    try trial.expectRefused(
      try tracker.fill(.copy, rest, from: source), .exists, "UFFDIO_COPY onto a page")
    try trial.expectPagemap(pages, 3, "-", "after a refused copy")

    // A source that ends half way stops it, too: behind a mapping lies its inaccessible border.
    let short = try trial.attempt(
      "mmap", try Mapping(anonymous: size, .private, aligned: size).relinquish())
    Memory.fill(short, with: FaultPolicy.copiedByte)
    let tail = AddressRange(start: pages.address(3), length: 2 * size)
    try trial.expectFilled(
      try tracker.fill(.copy, tail, from: short.start), part: size, "UFFDIO_COPY from half a source"
    )
    pages.note(3, fullOf: FaultPolicy.copiedByte)
    try trial.expectPagemap(pages, 4..<6, "-", "behind what had a source")

    let last = AddressRange(start: pages.address(4), length: 2 * size)
    try trial.expectFilled(
      try tracker.fill(.copy, last, from: source), all: 2 * size, "UFFDIO_COPY of two pages")
    for page in 4..<6 { pages.note(page, fullOf: FaultPolicy.copiedByte) }
    try trial.expectNoEvent(tracker, "loads from what was filled", Sharing.loadAll(pages))
    try trial.expectIntact(pages)
    if !backing.isHugetlb { try partialZeros(trial, backing) }
  }

  private static func partialZeros(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill(2..<3)
    let tracker = try Tracker(trial, of: pages, for: .missing, policy: .observing)
    let size = pages.pageSize
    try trial.expectFilled(
      try tracker.fill(.zeroPage, pages.range), part: 2 * size, "UFFDIO_ZEROPAGE up to a page")
    try trial.expectRefused(
      try tracker.fill(.zeroPage, pages.range(2)), .exists, "UFFDIO_ZEROPAGE onto a page")
    try trial.expectPagemap(pages, 3, "-", "behind the page")
    try trial.expectFilled(
      try tracker.fill(.zeroPage, pages.range(3)), all: size, "UFFDIO_ZEROPAGE of the last")
    try trial.expectNoEvent(tracker, "loads", Sharing.loadAll(pages))
    try trial.expectIntact(pages)
  }

  /// What the page cache has is there, mapped or not.
  public static func pageCache(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let alias = try pages.alias(trial)
    alias.fill(1..<2)
    pages.note(1, fullOf: Pages.pattern(1))
    let tracker = try Tracker(trial, of: pages, for: .missing, policy: .observing)
    let source = try Fills.filled(trial, pages: 4, of: backing).start
    try trial.expectRefused(
      try tracker.fill(.copy, pages.range(1), from: source), .exists,
      "UFFDIO_COPY onto what only the page cache has")
    if !backing.isHugetlb {
      try trial.expectRefused(
        try tracker.fill(.zeroPage, pages.range(1)), .exists,
        "UFFDIO_ZEROPAGE onto what only the page cache has")
    }
    try trial.expectFilled(
      try tracker.fill(.copy, pages.range, from: source), part: pages.pageSize,
      "UFFDIO_COPY up to what only the page cache has")
    pages.note(0, fullOf: FaultPolicy.copiedByte)
    try trial.expectPagemap(pages, 1..<4, "-", "after refused fills")
    try trial.expectNoEvent(tracker, "a load from the page cache", _ = pages.load(1))
    try trial.expectIntact(pages, 0..<2)
    alias.note(0, fullOf: FaultPolicy.copiedByte)
    try trial.expectIntact(alias, 0..<2, "through the other mapping")
  }

  /// Behind the end of the file nothing is filled.
  public static func behindEnd(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    let tracker = try Tracker(trial, of: pages, for: .missing, policy: .observing)
    let source = try Fills.filled(trial, pages: 1, of: backing).start
    let size = pages.pageSize
    try pages.withFile { (file) throws(CaseEnd) in
      try trial.attempt("ftruncate to two pages", try file.resize(to: 2 * size))
    }
    try trial.expectRefused(
      try tracker.fill(.copy, pages.range(2), from: source), .badAddress,
      "UFFDIO_COPY behind the end of the file")
    if !backing.isHugetlb {
      try trial.expectRefused(
        try tracker.fill(.zeroPage, pages.range(3)), .badAddress,
        "UFFDIO_ZEROPAGE behind the end of the file")
    }
    try trial.expectPagemap(pages, 0..<4, "-", "after refused fills")
    try trial.expectFilled(
      try tracker.fill(.copy, pages.range(1), from: source), all: size,
      "UFFDIO_COPY of the last page")
    try pages.withFile { (file) throws(CaseEnd) in
      try trial.attempt("ftruncate back", try file.resize(to: 4 * size))
    }
    pages.note(1, fullOf: FaultPolicy.copiedByte)
    try trial.expectIntact(pages, 1..<2)
  }
}
