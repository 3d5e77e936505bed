import GuestKit
import LinuxMM

/// The ways a page that is out is asked for.
enum Way: String, CaseIterable {
  case load, store
  /// write(2) from the page, and read(2) into it.
  case kernelRead = "kernel-read"
  case kernelWrite = "kernel-write"
  /// process_vm_readv(2) and process_vm_writev(2) of another process.
  case remoteRead = "remote-read"
  case remoteWrite = "remote-write"
  /// MADV_WILLNEED, which reads it into the swap cache only.
  case willNeed = "willneed"
  /// MADV_POPULATE_READ.
  case populate

  var writes: Bool { self == .store || self == .kernelWrite || self == .remoteWrite }
  var isRemote: Bool { self == .remoteRead || self == .remoteWrite }

  static var cases: [Case] {
    var all: [Case] = []
    for way in allCases {
      all += Case.each(
        "swap.in-by-\(way.rawValue)", "a page asked for this way comes back as it went",
        on: [.anon, .shmem], needs: way == .populate ? [.swap, .populate] : [.swap],
        needsOn: { [.writeProtect(on: $0)] }
      ) { (trial, backing) throws(CaseEnd) in try comeBack(trial, backing, by: way) }
    }
    return all
  }
}

/// Asks for pages that are out; the page of another process's accesses is given by number.
private struct Asking {
  let trial: Trial
  let pages: Pages
  let way: Way
  let peer: Companion?

  func callAsFunction(for page: Int) throws(CaseEnd) {
    let value = UInt8(0xb0 + page)
    let address = pages.address(page, at: 0x123)
    switch way {
    case .load: pages.load(page)
    case .store: pages.store(page, value)
    case .kernelRead:
      let sink = try trial.attempt("a memory file", try Descriptor(memoryFileOfSize: 4096))
      let count = try trial.attempt("write(2)", try sink.write(from: address, length: 64))
      try trial.expect(count, equals: 64, "bytes written from the page")
    case .kernelWrite:
      let source = try trial.attempt("a memory file", try Descriptor(memoryFileOfSize: 4096))
      try trial.attempt("filling the file", try source.write([value], at: 0))
      let count = try trial.attempt("read(2)", try source.read(into: address, length: 1))
      try trial.expect(count, equals: 1, "bytes read into the page")
    case .remoteRead, .remoteWrite:
      try peer?.line.knock()
      try peer?.line.wait("the other process's access ends")
    case .willNeed:
      try trial.attempt("MADV_WILLNEED", try pages.range(page).advise(.willNeed))
    case .populate:
      try trial.attempt("MADV_POPULATE_READ", try pages.range(page).advise(.populateRead))
    }
    if way.writes { pages.note(page, at: 0x123, value) }
  }

  /// What the other process does: an access to each of the pages, as told.
  static func serve(_ pages: Pages, _ wanted: [Int], _ way: Way, of process: Int32) -> (
    (Trial, Line) throws(CaseEnd) -> Void
  ) {
    { (child, line) throws(CaseEnd) in
      for page in wanted {
        try line.wait("the pages are out")
        let address = pages.address(page, at: 0x123)
        let count: Int
        if way == .remoteRead {
          count = try child.expectSuccess(
            of: "process_vm_readv",
            try RemoteMemory.read(count: 8, from: address, ofProcess: process)
          ).count
          try child.expect(count, equals: 8, "bytes read")
        } else {
          count = try child.expectSuccess(
            of: "process_vm_writev",
            try RemoteMemory.write([UInt8(0xb0 + page)], to: address, ofProcess: process))
          try child.expect(count, equals: 1, "bytes written")
        }
        try line.knock()
      }
    }
  }
}

/// A page that is out comes back protected if it was, and a write to it is reported, whoever writes.
func comeBack(_ trial: Trial, _ backing: Backing, by way: Way) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 6)
  var peer: Companion?
  if way.isRemote {
    // Before anything is there to be shared with the child.
    peer = try trial.fork(Asking.serve(pages, [1, 4], way, of: System.processID))
  }
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<3)
  try trial.pageOut(pages)
  let ask = Asking(trial: trial, pages: pages, way: way, peer: peer)
  if way.writes {
    try trial.expectWriteFault(tracker, pages, 1, "a \(way.rawValue)", try ask(for: 1))
    try trial.expectPagemap(pages, 1, plain, "after its fault")
  } else {
    try trial.expectNoEvent(tracker, "a \(way.rawValue)", try ask(for: 1))
    try trial.expectProtected(pages, 1..<2, "after a \(way.rawValue)")
    if way != .willNeed { try trial.expectPagemap(pages, 1, plain + "W", "back") }
  }
  try trial.expectNoEvent(tracker, "a \(way.rawValue), unprotected", try ask(for: 4))
  if way != .willNeed { try trial.expectPagemap(pages, 4, plain, "back, unprotected") }
  try trial.expectPagemap(pages, 0, "SW", "before the page")
  try trial.expectPagemap(pages, 2, "SW", "after the page")
  try trial.expectWriteFaults(tracker, pages, "a store to each page") {
    $0 == 0 || $0 == 2 || ($0 == 1 && !way.writes)
  }
  try peer?.finish()
  try trial.expectIntact(pages)
}
