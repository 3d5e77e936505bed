public import GuestKit
internal import LinuxMM

// Who else writes than the program's own stores: the kernel on its behalf, and whoever fills a page.
extension WriteProtect {
  /// A system call that writes into a protected page waits for the tracker; one that reads does not.
  public static func kernelWriteBlocks(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 0..<3)
    let letters = backing.writtenLetters
    try trial.expectPagemap(pages, 0..<3, letters + "W", "protected")

    var pipe = try trial.attempt("pipe", try Pipe())
    let writing = pipe.takeWriting()
    let reading = pipe.takeReading()
    let source = pages.address(2, at: 0x300)
    try trial.expectNoEvent(
      tracker, "write(2) from a protected page",
      try trial.attempt("write(2)", _ = try writing.write(from: source, length: 1)))
    try trial.expectPagemap(pages, 2, letters + "W", "after write(2) from it")

    let target = pages.address(0, at: 0x123)
    try trial.expectWriteFault(
      tracker, pages, 0, "read(2) into a protected page",
      try trial.attempt("read(2)", _ = try reading.read(into: target, length: 1)))
    pages.note(0, at: 0x123, Pages.pattern(2))
    try trial.expectPagemap(pages, 0, letters, "after read(2) into it")
    try remoteWriteBlocks(trial, tracker, pages)
    try trial.expectIntact(pages)
  }

  private static func remoteWriteBlocks(_ trial: Trial, _ tracker: Tracker, _ pages: Pages)
    throws(CaseEnd)
  {
    let place = pages.address(3, at: 0x10)
    let own = System.processID
    do throws(Errno) {
      _ = try RemoteMemory.write([0x77], to: place, ofProcess: own)
      pages.note(3, at: 0x10, 0x77)
    } catch {
      // CONFIG_CROSS_MEMORY_ATTACH is off; the rest of the case stands without it.
      return trial.evidence("process_vm_writev", error)
    }
    let target = pages.address(1, at: 0x123)
    try trial.expectWriteFault(
      tracker, pages, 1, "process_vm_writev into a protected page",
      try trial.attempt(
        "process_vm_writev", _ = try RemoteMemory.write([0x78], to: target, ofProcess: own)))
    pages.note(1, at: 0x123, 0x78)
    try trial.expectPagemap(pages, 1, pages.backing.writtenLetters, "after process_vm_writev")
  }

  /// A missing page that `UFFDIO_COPY` fills in mode WP is protected from the start.
  public static func copyProtects(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    var policy = FaultPolicy()
    policy.missing = .copyProtected
    let tracker = try Tracker(
      trial, of: pages, for: [.missing, .writeProtect], policy: policy)
    let letters = backing.writtenLetters
    let filler = FaultPolicy.copiedByte

    try trial.expectEvents([.missing], tracker, "a load from a missing page", _ = pages.load(0))
    pages.note(0, fullOf: filler)
    try trial.expectPagemap(pages, 0, letters + "W", "filled by a protecting copy")
    try trial.expectIntact(pages, 0..<1, "after a protecting copy")
    try trial.expectWriteFault(tracker, pages, 0, "a store to it", pages.store(0, 0x60))
    try trial.expectPagemap(pages, 0, letters, "after the store")

    pages.note(1, fullOf: filler)
    try trial.expectEvents(
      [.missing, .writeProtect], tracker, "a store to a missing page", pages.store(1, 0x61))
    try trial.expectPagemap(pages, 1, letters, "after both faults")

    let source = pages.address(0)
    let target = pages.range(2)
    try tracker.call("UFFDIO_COPY") { (uffd) throws(Errno) -> Void in
      try uffd.copy(from: source, to: target)
    }
    pages.note(2, fullOf: filler)
    pages.note(2, at: 0x123, 0x60)
    try trial.expectPagemap(pages, 2, letters, "filled by a plain copy")
    try trial.expectNoEvent(tracker, "a store to it", pages.store(2, at: 0x200, 0x62))
    try trial.expectIntact(pages, 0..<3)
  }

  /// With `WP_ASYNC` a write to a protected page goes through at once and only clears the bit.
  public static func asyncRaisesNoEvent(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    if backing == .filepriv { pages.store(0, at: 0x1, 0x01) }
    let tracker = try Tracker(trial, features: .writeProtectAsync, pageSize: pages.pageSize)
    if backing == .file || backing == .filepriv {
      let range = pages.range
      let error = try tracker.errno { (uffd) throws(Errno) -> Void in
        try uffd.register(range, for: [.missing, .writeProtect])
      }
      try trial.expect(
        error, equals: .invalid, "registering \(backing.rawValue) for missing faults")
    }
    try tracker.register(pages)
    try tracker.protect(pages)
    try trial.expectCount(.writeProtected, in: pages, equals: pages.entryCount, "protected")
    try trial.expect(try written(trial, pages), equals: "-", "pages written before any store")

    try trial.expectNoEvent(tracker, "a load", _ = pages.load(1))
    try trial.expectCount(.writeProtected, in: pages, equals: pages.entryCount, "after a load")
    try trial.expectNoEvent(tracker, "a store", pages.store(1, 0x71))
    var pipe = try trial.attempt("pipe", try Pipe())
    let writing = pipe.takeWriting()
    let reading = pipe.takeReading()
    try trial.attempt("write(2)", try writing.write("r"))
    let target = pages.address(2, at: 0x123)
    try trial.expectNoEvent(
      tracker, "read(2) into a protected page",
      try trial.attempt("read(2)", _ = try reading.read(into: target, length: 1)))
    pages.note(2, at: 0x123, UInt8(ascii: "r"))

    try trial.expect(try written(trial, pages), equals: "1-2", "pages written")
    try trial.expectCount(.writeProtected, in: pages, 1..<3, equals: 0, "on written pages")
    try trial.expectCount(
      .writeProtected, in: pages, equals: pages.entryCount / 2, "on all pages after two writes")
    try trial.expectIntact(pages)
  }

  /// The pages that `PAGEMAP_SCAN` calls written: "1-2 4-4", or "-" for none.
  static func written(_ trial: Trial, _ pages: Pages) throws(CaseEnd) -> String {
    var scan = PagemapScan()
    scan.all = .written
    scan.returned = .written
    let range = pages.range
    let answer = try trial.attempt(
      "PAGEMAP_SCAN", try scan.scan(try Pagemap(), from: range.start, to: range.end))
    var text = ""
    for region in answer.regions {
      let first = (region.range.start - range.start) / pages.pageSize
      let last = (region.range.end - range.start - 1) / pages.pageSize
      text += text.isEmpty ? "\(first)-\(last)" : " \(first)-\(last)"
    }
    return text.isEmpty ? "-" : text
  }
}
