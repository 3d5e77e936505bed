import GuestKit
import LinuxMM
import UffdWP

/// Somebody without privilege.
private let nobody: UInt32 = 65534
private let knob = "/proc/sys/vm/unprivileged_userfaultfd"

/// Without privilege, faults of the kernel are nobody's business unless the administrator says so.
func unprivilegedSysctl(_ trial: Trial) throws(CaseEnd) {
  let found = try trial.attempt("reading \(knob)", try TextFile.read(knob))
  trial.evidence("found", Knob.selected(found))
  for (value, isAllowed) in [("0", false), ("1", true), ("0", false)] {
    let setting = try trial.attempt("setting \(knob)", try Knob(knob, to: value))
    try trial.expectSuccess(of: "userfaultfd of root", try Userfaultfd())
    try trial.inChild { (child) throws(CaseEnd) in
      try child.attempt("becoming nobody", try System.become(user: nobody))
      var seen: Errno?
      do throws(Errno) { _ = try Userfaultfd() } catch { seen = error }
      try child.expect(
        seen, equals: isAllowed ? nil : .notPermitted,
        "userfaultfd of nobody with unprivileged_userfaultfd=\(value)")
    }
    _ = consume setting
  }
}

/// The safe value is the one that a kernel boots with, once there is something else that nobody may have.
func unprivilegedDefault(_ trial: Trial) throws(CaseEnd) {
  let found = try trial.attempt("reading \(knob)", try TextFile.read(knob))
  try trial.expect(
    Knob.selected(found), equals: "0", "unprivileged_userfaultfd that nobody has set")
}

/// With `USER_MODE_ONLY` nobody needs a privilege, but gets no fork events: they would be others' memory.
func userModeOnlyUnprivileged(_ trial: Trial) throws(CaseEnd) {
  let setting = try trial.attempt("setting \(knob)", try Knob(knob, to: "0"))
  let pages = try Backing.anon.map(trial)
  pages.fill()
  try trial.inChild { (child) throws(CaseEnd) in
    try child.attempt("becoming nobody", try System.become(user: nobody))
    try child.expect(.notPermitted, from: "userfaultfd of nobody", try Userfaultfd())
    let flags = Userfaultfd.flags(userModeOnly: true)
    let raw = try child.expectSuccess(
      of: "userfaultfd of nobody, USER_MODE_ONLY", try Userfaultfd.openRaw(flags: flags))
    let (error, words) = Userfaultfd.failedHandshake(
      raw, features: Userfaultfd.Features.eventFork.rawValue)
    try child.expect(error, equals: .notPermitted, "asking for EVENT_FORK as nobody")
    trial.evidence("left_in_argument", "0x" + hex(words[1]))
    let own = try child.expectSuccess(
      of: "a handshake without it", try Userfaultfd.handshake(raw, features: .eventRemap))
    try child.expect(
      own.features.contains(.eventRemap), expected: "EVENT_REMAP granted", seen: "not granted")
    let tracker = try Tracker(child, features: [], userModeOnly: true)
    try tracker.register(pages)
    try tracker.protect(pages, 0)
    try child.expectWriteFault(tracker, pages, 0, "a store of nobody's", pages.store(0, 0x31))
  }
  try trial.expectSuccess(
    of: "EVENT_FORK for root, USER_MODE_ONLY",
    try Userfaultfd(features: .eventFork, userModeOnly: true))
  _ = consume setting
}

/// Whoever may open `/dev/userfaultfd` gets the same descriptors, and nobody else may.
func deviceNode(_ trial: Trial) throws(CaseEnd) {
  let path = "/dev/userfaultfd"
  let setting = try trial.attempt("setting \(knob)", try Knob(knob, to: "0"))
  let device = try trial.attempt("opening \(path)", try Descriptor(opening: path, for: .readWrite))
  let flags = Userfaultfd.flags()
  try trial.expect(
    .invalid, from: "another ioctl of it", try Userfaultfd.rawRequest(device, number: 0xAA01))
  try trial.expect(
    .invalid, from: "UFFDIO_API of the device itself",
    try Userfaultfd.handshake(device, features: []))
  try trial.expect(
    .invalid, from: "USERFAULTFD_IOC_NEW with unknown flag 8",
    try Userfaultfd.openRaw(through: device, flags: flags | 8))
  let idle = try trial.expectSuccess(
    of: "USERFAULTFD_IOC_NEW", try Userfaultfd.openRaw(through: device, flags: flags))
  try trial.attempt("UFFDIO_API", try Userfaultfd.handshake(idle, features: []))
  try trial.expect(.again, from: "a read without an event", try idle.read(atMost: 32))
  let blocking = try trial.expectSuccess(
    of: "USERFAULTFD_IOC_NEW, blocking", try Userfaultfd.openRaw(through: device, flags: 0))
  try trial.attempt("UFFDIO_API", try Userfaultfd.handshake(blocking, features: []))
  let events = try trial.attempt("poll", try blocking.poll(milliseconds: 0))
  try trial.expect(Int(events), equals: 8, "poll events of a blocking descriptor")

  let pages = try Backing.anon.map(trial)
  pages.fill()
  try trial.inChild { (child) throws(CaseEnd) in
    try child.attempt("becoming nobody", try System.become(user: nobody))
    try child.expect(
      .accessDenied, from: "opening \(path) as nobody",
      try Descriptor(opening: path, for: .readWrite))
    // A descriptor that somebody passed on is the permission.
    let own = try child.expectSuccess(
      of: "USERFAULTFD_IOC_NEW of nobody with root's descriptor",
      Userfaultfd(try Userfaultfd.openRaw(through: device, flags: flags)))
    try child.attempt("UFFDIO_REGISTER", try own.register(pages.range, for: .writeProtect))
    // What pagemap can show is probed with a userfaultfd, which nobody cannot open: so the bit itself.
    try child.attempt("UFFDIO_WRITEPROTECT", try own.writeProtect(pages.range(0)))
    let bits = try pages.bits(child, 0)
    try child.expect(
      bits.contains(.writeProtected), expected: "W on a page that nobody protected", seen: "\(bits)"
    )
  }
  _ = consume setting
}

/// `/proc/PID/fdinfo` counts who waits, and VmFlags says what memory is registered for.
func fdinfoVmflags(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill(0..<2)
  let uffd = try trial.attempt("userfaultfd", try Userfaultfd(features: .threadID))
  let offered = try trial.attempt("userfaultfd", try Userfaultfd.offered()).features
  try expectFdinfo(trial, uffd, pending: 0, total: 0, offered)
  let range = pages.range
  try trial.attempt("UFFDIO_REGISTER", try uffd.register(range, for: [.missing, .writeProtect]))
  try expectFlags(trial, range, "um uw", "registered")
  try trial.attempt("UFFDIO_WRITEPROTECT", try uffd.writeProtect(range))
  let writers = [
    try Writer(trial, to: pages.address(0, at: 0x11), 1),
    try Writer(trial, to: pages.address(3, at: 0x12), 2),
  ]
  var left = 500
  while try fdinfo(trial, uffd, "pending") < 2, left > 0 {
    System.sleep(milliseconds: 10)
    left -= 1
  }
  try expectFdinfo(trial, uffd, pending: 2, total: 2, offered)
  let first = try trial.attempt("reading an event", try uffd.nextEvent())
  try trial.expect(first != nil, expected: "an event", seen: "none")
  try expectFdinfo(trial, uffd, pending: 1, total: 2, offered)
  _ = try trial.attempt("reading an event", try uffd.nextEvent())
  try expectFdinfo(trial, uffd, pending: 0, total: 2, offered)
  try trial.attempt("UFFDIO_UNREGISTER", try uffd.unregister(range))
  try trial.attempt("UFFDIO_WAKE", try uffd.wake(range))
  for writer in writers { try writer.expectDone(trial, "when it was woken") }
  try expectFdinfo(trial, uffd, pending: 0, total: 0, offered)
  try expectFlags(trial, range, "", "unregistered")
}

private func expectFlags(
  _ trial: Trial, _ range: AddressRange, _ wanted: String, _ when: String
) throws(CaseEnd) {
  let smaps = try trial.attempt("reading smaps", try Smaps(range))
  var seen = ""
  for flag in ["um", "uw", "ui"] where smaps.anyHas(flag: flag) {
    seen += seen.isEmpty ? flag : " " + flag
  }
  try trial.expect(seen, equals: wanted, "userfaultfd's letters in VmFlags, " + when)
}

private func fdinfo(_ trial: Trial, _ uffd: borrowing Userfaultfd, _ key: String) throws(CaseEnd)
  -> UInt64
{
  for line in try lines(trial, uffd) where line.starts(with: Array((key + ":").utf8)) {
    return TextFile.leadingNumber(line.dropFirst(key.utf8.count + 1)) ?? UInt64.max
  }
  return UInt64.max
}

private func lines(_ trial: Trial, _ uffd: borrowing Userfaultfd) throws(CaseEnd)
  -> [Substring.UTF8View]
{
  do throws(Errno) {
    let number = try uffd.withDescriptor { (file) throws(Errno) in file.borrowedNumber }
    let text = try TextFile.read("/proc/self/fdinfo/\(number)")
    return text.utf8.split(separator: UInt8(ascii: "\n"))
  } catch { throw .error("reading fdinfo failed with \(error)") }
}

/// Checks both counts and what the descriptor says of its handshake: version, features, ioctls.
private func expectFdinfo(
  _ trial: Trial, _ uffd: borrowing Userfaultfd, pending: UInt64, total: UInt64,
  _ offered: Userfaultfd.Features
) throws(CaseEnd) {
  try trial.expect(try fdinfo(trial, uffd, "pending"), equals: pending, "pending in fdinfo")
  try trial.expect(try fdinfo(trial, uffd, "total"), equals: total, "total in fdinfo")
  var operations: UInt64 = 0x8000_0000_0000_005f
  if offered.contains(.minorHugetlb) { operations |= 0x80 }
  if offered.contains(.move) { operations |= 0x20 }
  if offered.contains(.poison) { operations |= 0x100 }
  // Bit 31 of the features is the kernel's own mark of a handshake that is over.
  let features = 1 << 31 | Userfaultfd.Features.threadID.rawValue
  let wanted = "API:\taa:\(hex(features)):\(hex(operations))"
  var seen = "no such line"
  for line in try lines(trial, uffd) where line.starts(with: Array("API:".utf8)) {
    seen = String(decoding: line, as: UTF8.self)
  }
  trial.evidence("fdinfo", seen)
  // A kernel with ioctls that we do not know says so, too.
  guard offered.rawValue & ~0x1ffff == 0 else { return }
  try trial.expect(seen, equals: wanted, "fdinfo of a descriptor with THREAD_ID")
}

/// A child that is gone leaves a userfaultfd that does nothing any more.
func targetExited(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill(0..<3)
  let tracker = try Tracker(
    trial, of: pages, for: [.missing, .writeProtect], features: .eventFork, policy: .observing)
  let child = try trial.fork { (_, line) throws(CaseEnd) in
    try line.knock()
    try line.wait("the parent's calls")
  }
  try child.wait("the child to be there")
  let theirs = try tracker.forked()
  let range = pages.range(0)
  let hole = pages.range(3)
  let source = pages.address(1)
  try theirs.protect(pages, 0)
  try trial.expectPagemap(pages, 0, "P", "in the parent, protected in the child")
  try child.knock()
  try child.finish()

  for protects in [true, false] {
    let error = try theirs.errno { (uffd) throws(Errno) -> Void in
      if protects { try uffd.writeProtect(range) } else { try uffd.unprotect(range) }
    }
    try trial.expect(error, equals: .noProcess, "UFFDIO_WRITEPROTECT in a process that is gone")
  }
  let granted = try trial.attempt("userfaultfd", try Userfaultfd.offered()).features
  for filling in Userfaultfd.Filling.allCases where filling.isOffered(granted) {
    let seen = try theirs.fill(filling, hole, from: source)
    // Pages move within one's own process only.
    try trial.expect(
      seen.error, equals: filling == .move ? .invalid : .noProcess,
      filling.rawValue + " in a process that is gone")
  }
  let registering = try theirs.errno { (uffd) throws(Errno) -> Void in
    try uffd.register(hole, for: .missing)
  }
  try trial.expect(registering, equals: .noMemory, "UFFDIO_REGISTER in a process that is gone")
  let unregistering = try theirs.errno { (uffd) throws(Errno) -> Void in
    try uffd.unregister(range)
  }
  try trial.expect(unregistering, equals: .noMemory, "UFFDIO_UNREGISTER there")
  try theirs.close()
  try tracker.protect(pages, 1)
  let mark = tracker.log.count
  let writer = try Writer(trial, to: pages.address(1, at: 0x123), 0x32)
  pages.note(1, at: 0x123, 0x32)
  try trial.expect(
    tracker.log.wait(for: mark + 1), expected: "the parent's own faults", seen: "no event")
  try tracker.unprotect(pages, 1)
  try writer.expectDone(trial, "in the parent")
  try trial.expectIntact(pages, 0..<3)
}
