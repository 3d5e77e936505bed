import GuestKit
import LinuxMM

/// Copies pages as their writes are told, the way a live migration does, and knows what it has.
///
/// The invariant of a race: whatever happens beside it, once writers stand still the copy is equal to the memory.
struct Copy {
  private let field: Field
  private var values: [UInt64]
  private(set) var rounds = 0
  private(set) var taken = 0

  init(_ field: Field) {
    self.field = field
    values = [UInt64](repeating: 0, count: field.count)
  }

  /// Takes pages that were told to be written, after they were protected again.
  mutating func take(_ pages: [Int]) {
    rounds += 1
    taken += pages.count
    for page in pages { values[page] = field.value(page) }
  }

  /// Fails at the first page with a write that nobody told of; the writers stand still.
  ///
  /// It looks at the tallies, not at the pages: a load would bring back what is out.
  func expectComplete(_ trial: Trial) throws(CaseEnd) {
    for page in 0..<field.count {
      let written = field.tally(page)
      guard written != values[page] else { continue }
      try trial.fail(
        expected: "write \(written) of page \(page) is told, so that the copy holds it",
        seen: "the copy of page \(page) holds \(values[page]): later writes came without a word")
    }
  }
}

/// Somebody who keeps a copy of what writers do.
protocol RaceTracker: ~Copyable {
  var copy: Copy { get }
  /// Protects everything for the first time.
  mutating func begin(_ trial: Trial) throws(CaseEnd)
  /// Lets writers write for a while, waits until they stand still when they have a quota, and copies what they wrote.
  mutating func goRound(_ trial: Trial) throws(CaseEnd)
  /// Waits for the writers' end, and copies what they wrote last.
  mutating func finish(_ trial: Trial) throws(CaseEnd)
}

/// A tracker that asks: one thread protects, reads faults, lifts protections and copies.
///
/// One thread, since a fault that one thread takes for told may still be lifted by another after the next protection.
struct AskingTracker: RaceTracker, ~Copyable {
  private let uffd: Userfaultfd
  private let field: Field
  /// The round in which a page faulted last.
  private var faulted: [Int]
  private var dirty: [Int] = []
  private var round = 0
  private(set) var copy: Copy

  init(_ trial: Trial, _ field: Field) throws(CaseEnd) {
    let opened = try trial.attempt("userfaultfd", try Userfaultfd())
    try trial.attempt("UFFDIO_REGISTER", try opened.register(field.range, for: .writeProtect))
    uffd = opened
    self.field = field
    faulted = [Int](repeating: -1, count: field.count)
    copy = Copy(field)
  }

  mutating func begin(_ trial: Trial) throws(CaseEnd) { try protect(trial) }

  mutating func goRound(_ trial: Trial) throws(CaseEnd) {
    try serve(trial, milliseconds: RaceTime.round)
    if field.quota != nil { try serveUntilQuiet(trial) }
    try protect(trial)
  }

  /// Protects everything again and copies what was written before.
  private mutating func protect(_ trial: Trial) throws(CaseEnd) {
    do throws(Errno) { try uffd.writeProtect(field.range) } catch {
      try trial.fail(
        expected: "UFFDIO_WRITEPROTECT: success", seen: "UFFDIO_WRITEPROTECT: \(error)")
    }
    round += 1
    copy.take(dirty)
    dirty.removeAll(keepingCapacity: true)
  }

  /// Serves faults for some milliseconds, or until every page is dirty.
  private mutating func serve(_ trial: Trial, milliseconds: UInt64) throws(CaseEnd) {
    let deadline = System.nanoseconds + milliseconds * 1_000_000
    repeat {
      let isThere = try trial.quietly("poll") { () throws(Errno) in
        try uffd.waitForEvent(milliseconds: 1)
      }
      guard isThere else { continue }
      while let event = try trial.quietly("read", { () throws(Errno) in try uffd.nextEvent() }) {
        try take(event, trial)
      }
    } while System.nanoseconds < deadline && dirty.count < field.count
  }

  private mutating func take(_ event: FaultEvent, _ trial: Trial) throws(CaseEnd) {
    guard case .fault(let fault) = event else { throw .error("an event that nobody asked for") }
    let page = Int((fault.address &- field.first) / field.pageSize)
    guard page >= 0, page < field.count, fault.flags == 3 else {
      try trial.fail(
        expected: "write-protect faults in the pages, flags 3",
        seen: "a fault at 0x\(hex(fault.address)) with flags \(fault.flags)")
    }
    guard faulted[page] != round else {
      try trial.fail(
        expected: "page \(page) faults once until it is protected again",
        seen: "it faulted again after its protection was lifted")
    }
    faulted[page] = round
    dirty.append(page)
    let start = field.first + UInt64(page) * field.pageSize
    let range = AddressRange(start: start, length: field.pageSize)
    do throws(Errno) { try uffd.unprotect(range) } catch {
      try trial.fail(expected: "lifting the protection of page \(page): success", seen: "\(error)")
    }
  }

  mutating func finish(_ trial: Trial) throws(CaseEnd) {
    try serveUntilQuiet(trial)
    try protect(trial)
  }

  private mutating func serveUntilQuiet(_ trial: Trial) throws(CaseEnd) {
    let deadline = System.nanoseconds + Duration.seconds(5).scaledMilliseconds * 1_000_000
    while !field.isQuiet {
      guard System.nanoseconds < deadline else {
        try trial.fail(
          expected: "the writers go on when their faults are resolved",
          seen: "a writer is still blocked 5 s later")
      }
      try serve(trial, milliseconds: 1)
    }
  }
}

/// A tracker that lets writes through and asks the page tables what was written.
struct ScanningTracker: RaceTracker, ~Copyable {
  private let uffd: Userfaultfd
  private let pagemap: Pagemap
  private let field: Field
  private(set) var copy: Copy

  init(_ trial: Trial, _ field: Field) throws(CaseEnd) {
    let opened = try trial.attempt(
      "userfaultfd", try Userfaultfd(features: [.writeProtectAsync, .writeProtectUnpopulated]))
    try trial.attempt("UFFDIO_REGISTER", try opened.register(field.range, for: .writeProtect))
    let entries = try trial.attempt("opening pagemap", try Pagemap())
    uffd = opened
    pagemap = entries
    self.field = field
    copy = Copy(field)
  }

  mutating func begin(_ trial: Trial) throws(CaseEnd) { try scan(trial) }

  /// One scan beside the writers, and one when they stand still.
  mutating func goRound(_ trial: Trial) throws(CaseEnd) {
    System.sleep(milliseconds: RaceTime.round / 2)
    try scan(trial)
    System.sleep(milliseconds: RaceTime.round / 2)
    try finish(trial)
  }

  /// Protects again what was written, and copies it.
  private mutating func scan(_ trial: Trial) throws(CaseEnd) {
    var scan = PagemapScan()
    scan.all = .written
    scan.returned = .written
    scan.flags = .protectMatching
    var start = field.range.start
    var written: [Int] = []
    while start < field.range.end {
      let from = start
      let answer = try trial.quietly("PAGEMAP_SCAN") { () throws(Errno) in
        try scan.scan(pagemap, from: from, to: field.range.end)
      }
      for region in answer.regions {
        let page = Int((region.range.start - field.first) / field.pageSize)
        written += page..<(page + Int(region.range.length / field.pageSize))
      }
      guard answer.walkEnd > start else {
        try trial.fail(
          expected: "a scan that gets on", seen: "walk_end stays at 0x\(hex(answer.walkEnd))")
      }
      start = answer.walkEnd
    }
    copy.take(written)
  }

  mutating func finish(_ trial: Trial) throws(CaseEnd) {
    try field.awaitQuiet(trial, "writers that are not asked go on")
    try scan(trial)
  }
}

/// A tracker that asks for soft-dirty, and lets nobody write between that and clear_refs, as CRIU does.
struct SoftDirtyTracker: RaceTracker, ~Copyable {
  private let pagemap: Pagemap
  private let field: Field
  private(set) var copy: Copy

  init(_ trial: Trial, _ field: Field) throws(CaseEnd) {
    pagemap = try trial.attempt("opening pagemap", try Pagemap())
    self.field = field
    copy = Copy(field)
  }

  mutating func begin(_ trial: Trial) throws(CaseEnd) { try look(trial) }

  mutating func goRound(_ trial: Trial) throws(CaseEnd) {
    System.sleep(milliseconds: RaceTime.round)
    try finish(trial)
  }

  mutating func finish(_ trial: Trial) throws(CaseEnd) {
    try field.awaitQuiet(trial, "writers that are not asked go on")
    try look(trial)
  }

  private mutating func look(_ trial: Trial) throws(CaseEnd) {
    let entries = try trial.quietly("reading pagemap") { () throws(Errno) in
      try pagemap.entries(field.range)
    }
    try trial.quietly("writing 4 to clear_refs") { () throws(Errno) in try SoftDirty.clear() }
    copy.take((0..<field.count).filter { entries[$0].bits.contains(.softDirty) })
  }
}

extension Trial {
  /// Like `attempt`, but no step: for calls that a race makes thousands of times.
  func quietly<Value>(_ what: String, _ call: () throws(Errno) -> Value) throws(CaseEnd) -> Value {
    do throws(Errno) { return try call() } catch { throw .error("\(what) failed with \(error)") }
  }
}
