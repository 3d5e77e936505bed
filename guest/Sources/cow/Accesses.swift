import GuestKit
import GuestProtocol
import LinuxMM
import UffdWP

/// A file that takes O_DIRECT: on a disk's file system, or on tmpfs where that does (6.6).
private func directFile(_ trial: Trial) throws(CaseEnd) -> Descriptor {
  var seen = "no file system to try"
  for backing in [Backing.file, .tmpfs] {
    guard backing.requirements.allSatisfy({ $0.lacking() == nil }) else { continue }
    let pages = try backing.map(trial)
    pages.fill()
    let number = try pages.withFile { (file) throws(CaseEnd) in file.borrowedNumber }
    do throws(Errno) {
      let file = try Descriptor(opening: "/proc/self/fd/\(number)", for: .direct)
      trial.evidence("direct", backing.rawValue)
      return file
    } catch { seen = "\(error) on \(backing.rawValue)" }
  }
  try trial.skip(.resource, "no file system that takes O_DIRECT: \(seen)")
}

/// Direct input into a protected page asks first; direct output from one asks nothing.
func directInput(_ trial: Trial) throws(CaseEnd) {
  let file = try directFile(trial)
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<3)
  let size = Int(Memory.pageSize)
  try trial.expectWriteFault(
    tracker, pages, 1, "read(2) with O_DIRECT into a protected page",
    try trial.attempt("read(2)", _ = try file.read(into: pages.address(1), length: size)))
  pages.note(1, fullOf: Pages.pattern(0))
  try trial.expectPagemap(pages, 1, "PX", "after direct input")
  try trial.expectPagemap(pages, 0, "PXW", "beside direct input")
  try trial.expectNoEvent(
    tracker, "write(2) with O_DIRECT from a protected page",
    try trial.attempt("write(2)", _ = try file.write(from: pages.address(2), length: size)))
  try trial.expectPagemap(pages, 2, "PXW", "after direct output")
  let out = try trial.attempt("reading the file", try file.readBack(pages.address(3)))
  try trial.expect(out, equals: size, "bytes read back")
  pages.note(3, fullOf: Pages.pattern(2))
  try trial.expectIntact(pages)
  try trial.expectWriteFault(tracker, pages, 0, "a store", pages.store(0, 0x51))
  try trial.expectWriteFault(tracker, pages, 2, "a store", pages.store(2, 0x52))
  try trial.expectIntact(pages)
}

extension Descriptor {
  /// Reads the second page of an O_DIRECT file whose position is behind it.
  fileprivate borrowing func readBack(_ address: UInt64) throws(Errno) -> Int {
    let again = try Descriptor(opening: "/proc/self/fd/\(borrowedNumber)", for: .direct)
    _ = try again.read(into: address, length: Int(Memory.pageSize))
    return try again.read(into: address, length: Int(Memory.pageSize))
  }
}

/// Pinning a protected page for writing asks first; the page can be protected again under the pin.
func pinAsks(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  var ring = try trial.attempt("io_uring", try Ring())
  let buffer = AddressRange(start: pages.address(1), length: 512)
  let mark = tracker.log.count
  do throws(Errno) { try ring.registerBuffer(buffer) } catch {
    try trial.expectEvents([], in: tracker, after: mark, "a refused registration")
    throw .failed(expected: "IORING_REGISTER_BUFFERS of a protected page", seen: error.description)
  }
  try trial.expectWriteFault(
    at: pages.address(1), in: tracker, after: mark, "IORING_REGISTER_BUFFERS of a protected page")
  try trial.expectProtected(pages, "after the pin") { $0 != 1 }
  try tracker.protect(pages, 1)
  try trial.expectProtected(pages, "protected under the pin")
  let before = try frame(trial, pages, 1)
  try trial.expectWriteFault(tracker, pages, 1, "a store under the pin", pages.store(1, 0xa1))
  try expectFrame(trial, pages, 1, before)
  try expectPinned(trial, &ring, pages, 1, length: 64)
  try trial.expectWriteFault(tracker, pages, 0, "a store beside it", pages.store(0, 0xa0))
  try trial.expectIntact(pages)
}

/// Giving a protected page to a pipe asks nothing; a store after that asks once, and the pipe has one of both.
func readOnlyPin(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  var pipe = try trial.attempt("a pipe", try Pipe())
  let reading = pipe.takeReading()
  let writing = pipe.takeWriting()
  try trial.expectNoEvent(
    tracker, "vmsplice of a protected page",
    try trial.attempt("vmsplice", _ = try RemoteMemory.splice(pages.range(1), into: writing)))
  try trial.expectProtected(pages, "after vmsplice")
  let before = try frame(trial, pages, 1)
  try trial.expectWriteFault(tracker, pages, 1, "a store", pages.store(1, 0xa1))
  let isSame = try frame(trial, pages, 1) == before
  let bytes = try trial.attempt("reading the pipe", try reading.read(atMost: 4096))
  try trial.expect(bytes.count, equals: 4096, "bytes in the pipe")
  // Since 5.19 a page of this process alone is written in place; before, one more reference made a copy.
  let wanted = isSame ? 0xa1 : Pages.pattern(1)
  trial.evidence("pipe_sees", isSame ? "new" : "old")
  try trial.expect(bytes[0x123], equals: wanted, "the byte in the pipe")
  try trial.expect(bytes[0x124], equals: Pages.pattern(1), "the byte beside it in the pipe")
  try trial.expectIntact(pages)
}

/// A debugger reads protected pages freely, and is refused when it writes to one: nobody could answer for it.
func debuggerAccess(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages, features: .eventFork)
  try tracker.protect(pages, 0..<2)
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(())
    pages.note(0, at: 0x120, 0x77)
    for place in 1..<8 { pages.note(0, at: 0x120 + UInt64(place), 0) }
    pages.note(2, at: 0x120, 0x78)
    for place in 1..<8 { pages.note(2, at: 0x120 + UInt64(place), 0) }
    try line.turn(try trial.expectIntact(pages, nil, "in the child"))
  }
  let served = try tracker.forked()
  try child.turn("the child starts")
  let mark = served.log.count
  let traced = try trial.attempt("PTRACE_ATTACH", try TracedProcess(child.processID))
  let word = try trial.attempt("PTRACE_PEEKDATA", try traced.peek(pages.address(0, at: 0x120)))
  let pattern = 0x0101_0101_0101_0101 * UInt64(Pages.pattern(0))
  try trial.expect(word, equals: pattern, "the word of a protected page")
  let place = pages.address(0, at: 0x120)
  let refused = errno { () throws(Errno) in try traced.poke(place, 0x77) }
  try trial.expect(refused, equals: .ioError, "PTRACE_POKEDATA to a protected page")
  try trial.attempt("PTRACE_POKEDATA", try traced.poke(pages.address(2, at: 0x120), 0x78))
  try served.unprotect(pages, 0)
  try trial.expectSuccess(of: "PTRACE_POKEDATA after lifting", try traced.poke(place, 0x77))
  try trial.expectEvents([], in: served, after: mark, "a debugger's accesses")
  _ = consume traced
  if backing.isShared {
    pages.note(0, at: 0x120, 0x77)
    pages.note(2, at: 0x120, 0x78)
    for other in [0, 2] { for byte in 1..<8 { pages.note(other, at: 0x120 + UInt64(byte), 0) } }
  }
  try trial.expectIntact(pages, nil, "in the parent")
  try child.turn("the child looks at its memory")
  try child.finish()
  try trial.expectProtected(pages, "in the parent") { $0 < 2 }
  try trial.expectWriteFaults(tracker, pages, "the parent's stores") { $0 < 2 }
  try trial.expectIntact(pages)
}

/// A debugger's write to a child's read-only memory reaches the child alone, who shared the page with its parent.
///
/// The kernel may write to a page that is mapped read-only, but only to one that is this process's alone.
func debuggerCopies(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill()
  if backing == .thp {
    let huge = try pages.smaps(trial, "AnonHugePages")
    try trial.prove(huge == 2048, otherwise: "AnonHugePages is \(huge) kB: no huge page")
  }
  try trial.attempt("mprotect", try pages.range.protect(.read))
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(try trial.expectIntact(pages, nil, "in the child"))
    for place in 0x120..<0x128 { pages.note(2, at: UInt64(place), 0xd2) }
    try line.turn(try trial.expectIntact(pages, nil, "in the child after the debugger's write"))
  }
  try child.turn("the child looks at its memory")
  let traced = try trial.attempt("PTRACE_ATTACH", try TracedProcess(child.processID))
  try trial.expectSuccess(
    of: "PTRACE_POKEDATA to a read-only page of the child",
    try traced.poke(pages.address(2, at: 0x120), 0xd2d2_d2d2_d2d2_d2d2))
  _ = consume traced
  try trial.expectIntact(pages, nil, "in the parent after the debugger's write")
  try child.turn("the child looks at its memory again")
  try child.finish()
  try trial.expectIntact(pages)
}

private func errno(_ call: () throws(Errno) -> Void) -> Errno? {
  do throws(Errno) { try call() } catch { return error }
  return nil
}

@CaseList var accesses: [Case] {
  Case(
    "access.odirect-into-wp", "direct input into a protected page asks, direct output does not",
    needs: [.writeProtectAnon], body: directInput)
  Case.each(
    "access.iouring-register-wp", "pinning a protected page for writing asks",
    on: [.anon, .shmem, .hugetlb, .hugetlbpriv], needs: [.ioUring, .root],
    needsOn: { [.writeProtect(on: $0)] }, body: pinAsks)
  Case(
    "access.readonly-pin-then-store", "vmsplice of a protected page asks nothing, a store asks",
    needs: [.writeProtectAnon, .root], body: readOnlyPin)
  Case.each(
    "access.ptrace", "a debugger reads protected pages and cannot write to them",
    on: [.anon, .shmem], needs: [.eventFork], needsOn: { [.writeProtect(on: $0)] },
    body: debuggerAccess)
  Case.each(
    "cow.debugger-write", "a debugger's write to shared read-only memory makes a copy",
    on: [.anon, .shmempriv, .thp], body: debuggerCopies)
}
