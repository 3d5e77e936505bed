public import GuestKit
internal import LinuxMM

/// Bodies about how a fault is delivered, for every backing.
public enum Delivery {
  /// With `UFFD_FEATURE_SIGBUS` a fault is a signal instead of an event, and a system call's is EFAULT.
  public static func sigbus(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill(0..<2)
    let tracker = try Tracker(
      trial, of: pages, for: [.missing, .writeProtect], features: .sigbus)
    try tracker.protect(pages, 0)
    let place = pages.address(0, at: 0x123)
    try trial.expectNoEvent(
      tracker, "a store to a protected page",
      try trial.expect(
        Memory.tryStore(place, 1).description,
        equals: Memory.Access.busError(code: 2, address: place).description,
        "a store to a protected page"))
    let hole = pages.address(2, at: 0x45)
    try trial.expectNoEvent(
      tracker, "a load from a missing page",
      try trial.expect(
        Memory.tryLoad(hole).description,
        equals: Memory.Access.busError(code: 2, address: hole).description,
        "a load from a missing page"))
    var pipe = try trial.attempt("pipe", try Pipe())
    let reading = pipe.takeReading()
    let writing = pipe.takeWriting()
    try trial.attempt("write(2)", try writing.write("x"))
    try trial.expectNoEvent(
      tracker, "read(2) into a protected page",
      try trial.expect(
        .badAddress, from: "read(2) into a protected page",
        try reading.read(into: place, length: 1)))
    try tracker.unprotect(pages, 0)
    try trial.expectNoEvent(tracker, "a store afterwards", pages.store(0, 0x31))
    try trial.expectIntact(pages, 0..<2)
  }

  /// With `UFFD_USER_MODE_ONLY` the kernel's own faults are its callers' `EFAULT`; the program's are events.
  public static func userModeOnly(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill(0..<3)
    let tracker = try Tracker(trial, pageSize: pages.pageSize, userModeOnly: true)
    try tracker.register(pages, for: [.missing, .writeProtect])
    try tracker.protect(pages, 0..<2)
    var pipe = try trial.attempt("pipe", try Pipe())
    let reading = pipe.takeReading()
    let writing = pipe.takeWriting()
    try trial.attempt("write(2)", try writing.write("xyz"))
    for (page, what) in [(0, "a protected page"), (3, "a missing page")] {
      let place = pages.address(page, at: 0x123)
      try trial.expectNoEvent(
        tracker, "read(2) into \(what)",
        try trial.expect(
          .badAddress, from: "read(2) into \(what)", try reading.read(into: place, length: 1)))
    }
    let free = pages.address(2, at: 0x123)
    try trial.expectNoEvent(
      tracker, "read(2) into a free page",
      try trial.attempt("read(2)", _ = try reading.read(into: free, length: 1)))
    pages.note(2, at: 0x123, UInt8(ascii: "x"))
    try trial.expectWriteFault(tracker, pages, 0, "a store", pages.store(0, 0x33))
    try trial.expectWriteFault(tracker, pages, 1, "a store beside it", pages.store(1, 0x34))
    try trial.expectEvents([.missing], tracker, "a load from a hole", _ = pages.load(3))
    try trial.expectIntact(pages, 0..<3)
  }

  /// With `THREAD_ID` two threads that fault are told apart, and from the process.
  public static func otherThread(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, features: .threadID)
    try tracker.protect(pages)
    for page in 0..<2 {
      let writer = try Writer(trial, to: pages.address(page, at: 0x123), 0x35)
      pages.note(page, at: 0x123, 0x35)
      try writer.expectDone(trial, "when it is resolved")
      guard case .fault(let fault) = tracker.log.events(after: page).first else {
        try trial.fail(expected: "an event of thread \(page + 1)", seen: "none")
      }
      let isOther = writer.threadID != System.processID
      try trial.prove(isOther, otherwise: "the second thread has the process's id")
      try trial.expect(
        Int(fault.thread), equals: Int(writer.threadID), "the thread in event \(page + 1)")
    }
    try trial.expectIntact(pages)
  }

  /// With `UFFD_FEATURE_EXACT_ADDRESS` the event names the byte, without it the page.
  public static func exactAddress(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let offset: UInt64 = backing.isHugetlb ? 0x5123 : 0x123
    try expectAddress(trial, backing, features: .exactAddress, offset, reported: offset)
    try expectAddress(trial, backing, features: [], offset, reported: 0)
  }

  private static func expectAddress(
    _ trial: Trial, _ backing: Backing, features: Userfaultfd.Features, _ offset: UInt64,
    reported: UInt64
  ) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, features: features)
    try tracker.protect(pages, 1)
    let mark = tracker.log.count
    pages.store(1, at: offset, 0x32)
    try trial.expectWriteFault(
      at: pages.address(1) + reported, in: tracker, after: mark,
      "a store at offset 0x\(hex(offset)) with features \(features)")
    try trial.expectIntact(pages)
  }
}
