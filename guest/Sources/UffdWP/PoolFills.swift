public import GuestKit
internal import LinuxMM

/// Bodies about the hugetlb pool's books while `UFFDIO_COPY` takes pages from it.
public enum PoolFills {
  /// What is copied from: it decides whether the kernel must take a second run.
  public enum Source: String, CaseIterable, Sendable {
    /// Memory that is there: one run.
    case present
    /// Memory that was never touched: the kernel copies to a page of its own first, and begins again.
    case untouched
    /// No memory at all: the copy fails.
    case unmapped
  }

  /// The pool's counts: what is free, reserved and beyond the pool.
  private struct Books: Equatable, CustomStringConvertible {
    let free: UInt64
    let reserved: Int64
    let surplus: UInt64

    init(_ trial: Trial) throws(CaseEnd) {
      func count(_ key: String) throws(CaseEnd) -> UInt64 {
        try trial.attempt("reading meminfo", try Counters.meminfo(key)) ?? 0
      }
      free = try count("HugePages_Free")
      reserved = Int64(bitPattern: try count("HugePages_Rsvd"))
      surplus = try count("HugePages_Surp")
    }

    var description: String { "free \(free) reserved \(reserved) surplus \(surplus)" }
  }

  /// Copies, made or failed, leave free and reserved pages as they were once all is unmapped.
  public static func poolKept(_ trial: Trial, _ backing: Backing, _ source: Source)
    throws(CaseEnd)
  {
    let before = try Books(trial)
    let pages = try backing.map(trial)
    pages.fill(3..<4)
    let mapped = try Books(trial)
    let from = try memory(trial, source, backing)
    let tracker = try Tracker(
      trial, of: pages, for: .missing, policy: .observing)
    for page in 0..<2 {
      let range = pages.range(page)
      let error = try tracker.errno { (uffd) throws(Errno) -> Void in
        try uffd.copy(from: from.start + UInt64(page) * pages.pageSize, to: range)
      }
      let expected: Errno? = source == .unmapped ? .badAddress : nil
      try trial.expect(error, equals: expected, "UFFDIO_COPY from \(source.rawValue) memory")
      if error == nil { pages.note(page, fullOf: source == .present ? 0x5c : 0) }
    }
    let taken: UInt64 = source == .unmapped ? 0 : 2
    let copied = try Books(trial)
    trial.evidence("books", "\(before); \(mapped); \(copied)")
    try trial.expect(copied.free, equals: mapped.free - taken, "free huge pages after copies")
    let left = mapped.reserved - Int64(taken)
    try trial.expect(copied.reserved, equals: left, "reserved huge pages after copies")
    if taken > 0 { try trial.expectIntact(pages, 0..<2, "after copies") }
    try trial.expectIntact(pages, 3..<4, "beside the copies")
    try tracker.close()
    try trial.attempt("munmap", try pages.range.unmap())
    if backing.isShared {
      try pages.withFile { (file) throws(CaseEnd) in
        try trial.attempt("ftruncate", try file.resize(to: 0))
      }
    }
    let after = try Books(trial)
    try trial.expect(
      after == before, expected: "the pool as before: \(before)", seen: after.description)
  }

  private static func memory(_ trial: Trial, _ source: Source, _ backing: Backing)
    throws(CaseEnd) -> AddressRange
  {
    switch source {
    case .present: return try Fills.filled(trial, pages: 2, of: backing)
    case .untouched:
      let length = 2 * backing.pageSize
      return try trial.attempt("mmap", try Mapping(anonymous: length, .private).relinquish())
    case .unmapped:
      let range = try trial.attempt(
        "mmap",
        try Mapping(anonymous: 2 * backing.pageSize, .private, protection: []).relinquish())
      return range  // no access: as good as nothing there, and nothing comes there meanwhile
    }
  }
}
