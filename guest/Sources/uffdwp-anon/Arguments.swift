import GuestKit
import LinuxMM

/// Wrong arguments of `UFFDIO_REGISTER` are refused and register nothing.
func registerArguments(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let good = pages.range
  let page = Memory.pageSize
  let tracker = try Tracker(trial)
  // At 64 GiB, where nobody maps: an address that was just unmapped may be used by the next allocation.
  let unmapped = AddressRange(start: 64 << 30, length: page)
  var wrong: [(what: String, range: AddressRange, mode: UInt64)] = [
    ("mode 0", good, 0),
    ("mode 0x40000000", good, 1 << 30),
    ("an unaligned start", AddressRange(start: good.start + 1, length: page), 2),
    ("length 0", AddressRange(start: good.start, length: 0), 2),
    ("an unaligned length", AddressRange(start: good.start, length: page + 1), 2),
    ("a kernel address", AddressRange(start: 0xffff_8000_0000_0000, length: page), 2),
    ("an unmapped range", unmapped, 2),
  ]
  // A kernel with features we do not know may have given mode 8 a meaning.
  if tracker.granted.rawValue & ~0x1ffff == 0 { wrong.append(("mode 8", good, 8)) }
  for (what, range, mode) in wrong {
    let error = try tracker.errno { (uffd) throws(Errno) -> Void in
      try uffd.register(range, for: Userfaultfd.Modes(rawValue: mode))
    }
    try trial.expect(error, equals: .invalid, "UFFDIO_REGISTER with \(what)")
  }
  let smaps = try trial.attempt("reading smaps", try Smaps(good))
  try trial.expect(
    !smaps.anyHas(flag: "uw") && !smaps.anyHas(flag: "um"),
    expected: "neither uw nor um in VmFlags after failed registrations", seen: "one of them")
  try tracker.register(pages)
  try tracker.protect(pages, 0)
  try trial.expectWriteFault(tracker, pages, 0, "a store after all", pages.store(0, 0x21))
}

/// Memory has one tracker; a second one is kept off and disturbs nothing.
func exclusiveOwner(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let first = try Tracker(trial, of: pages)
  let second = try Tracker(trial)
  let range = pages.range
  let error = try second.errno { (uffd) throws(Errno) -> Void in
    try uffd.register(range, for: .writeProtect)
  }
  try trial.expect(error, equals: .busy, "registering what another tracker has")
  try first.protect(pages, 0)
  let mark = second.log.count
  try trial.expectWriteFault(first, pages, 0, "a store", pages.store(0, 0x22))
  try trial.expectEvents([], in: second, after: mark, "events of the second tracker")
  try trial.expectIntact(pages)
}

/// Wrong arguments of `UFFDIO_WRITEPROTECT` are refused and protect nothing.
func writeProtectArguments(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  let missingOnly = try Backing.anon.map(trial)
  let foreign = try Backing.anon.map(trial)
  for some in [pages, missingOnly, foreign] { some.fill() }
  let tracker = try Tracker(trial, of: pages)
  try tracker.register(missingOnly, for: .missing)
  let page = Memory.pageSize
  let good = pages.range
  let unmapped = try trial.attempt("mmap", try Mapping(anonymous: page, .private)).range
  let wrong: [(what: String, range: AddressRange, mode: UInt64, errno: Errno)] = [
    ("memory that is not registered", foreign.range, 1, .noEntry),
    ("memory registered for missing faults only", missingOnly.range, 1, .noEntry),
    ("an unmapped range", unmapped, 1, .noEntry),
    ("mode 4", good, 4, .invalid),
    ("mode WP|DONTWAKE", good, 3, .invalid),
    ("length 0", AddressRange(start: good.start, length: 0), 1, .invalid),
    ("an unaligned start", AddressRange(start: good.start + 1, length: page), 1, .invalid),
    ("an unaligned length", AddressRange(start: good.start, length: page - 1), 1, .invalid),
  ]
  for (what, range, mode, errno) in wrong {
    let error = try tracker.errno { (uffd) throws(Errno) -> Void in
      try uffd.writeProtect(range, rawMode: mode)
    }
    try trial.expect(error, equals: errno, "UFFDIO_WRITEPROTECT with \(what)")
  }
  for some in [pages, missingOnly, foreign] {
    try trial.expectPagemap(some, 0..<some.count, "PX", "after refused calls")
    try trial.expectNoEvent(tracker, "a store after refused calls", some.store(0, 0x23))
  }
  let other = try Tracker(trial)
  let through = try other.errno { (uffd) throws(Errno) -> Void in try uffd.writeProtect(good) }
  trial.evidence("through_another_uffd", through?.description ?? "success")
  try tracker.unprotect(pages)
  try trial.expectIntact(pages)
}
