import GuestKit
import LinuxMM
import UffdWP

// Pages of 1 GiB. One is enough, and touching it costs a second: nothing here fills or compares all of it.

private let size: UInt64 = 1 << 30

/// One private page of 1 GiB, untouched.
private func gigabyte(_ trial: Trial) throws(CaseEnd) -> AddressRange {
  try trial.attempt("mapping a 1 GiB page", try Mapping(anonymousGigabytes: 1).relinquish())
}

/// A userfaultfd with which the page is registered.
private func open(_ trial: Trial, _ page: AddressRange) throws(CaseEnd) -> Userfaultfd {
  let uffd = try trial.attempt("userfaultfd", try Userfaultfd())
  try trial.attempt("UFFDIO_REGISTER", try uffd.register(page, for: .writeProtect))
  return uffd
}

/// Fails unless entries all over the page have exactly these letters.
private func expectLetters(
  _ trial: Trial, _ page: AddressRange, _ letters: String, _ when: String
) throws(CaseEnd) {
  let ends = 8 * Memory.pageSize
  for start in [page.start, page.start + Memory.hugePageSize - ends / 2, page.end - ends] {
    let part = Pages(.anon, at: AddressRange(start: start, length: ends))
    try trial.expectPagemap(part, 0..<8, letters, when)
  }
  for number in 0..<32 as Range<UInt64> {
    let part = Pages(
      .anon, at: AddressRange(start: page.start + number * size / 32, length: Memory.pageSize))
    try trial.expectPagemap(part, 0, letters, when)
  }
}

/// A store to the page blocks, raises one event at the page's start, and goes on when that is resolved.
///
/// Private pages are made, and cleared, before the event: that takes seconds here.
private func expectFault(
  _ trial: Trial, _ uffd: borrowing Userfaultfd, _ page: AddressRange, at offset: UInt64,
  _ value: UInt8
) throws(CaseEnd) {
  let writer = try Writer(trial, to: page.start + offset, value)
  try trial.expect(
    try trial.attempt("poll", try uffd.waitForEvent(milliseconds: 30_000)),
    expected: "an event of a store to a protected page", seen: "none within 30 s")
  let event = try trial.attempt("reading the event", try uffd.nextEvent())
  if case .fault(let fault) = event {
    try trial.expect(fault.flags, equals: 3, "flags of the event")
    try trial.expect(fault.address - page.start, equals: 0, "where in the page the event is")
  }
  try trial.expect(event?.kind == .writeProtect, expected: "a write fault", seen: "another event")
  try writer.expectBlocked(trial, "before it is resolved")
  try trial.attempt("UFFDIO_WRITEPROTECT", try uffd.unprotect(page))
  try writer.expectDone(trial, "when it is resolved", within: .seconds(30))
  try trial.expect(
    try trial.attempt("reading events", try uffd.nextEvent()) == nil, expected: "no other event",
    seen: "one")
  try trial.expect(Memory.load(page.start + offset), equals: value, "what was stored")
}

/// A page of 1 GiB is one page: one event at its start, one bit all over it.
func gigabyteBasic(_ trial: Trial) throws(CaseEnd) {
  let page = try gigabyte(trial)
  let uffd = try open(trial, page)
  Memory.store(page.start, 0x11)
  try expectLetters(trial, page, "PX", "touched")
  try trial.attempt("UFFDIO_WRITEPROTECT", try uffd.writeProtect(page))
  try expectLetters(trial, page, "PXW", "protected")
  try trial.expect(Memory.load(page.start), equals: 0x11, "a load while protected")
  try expectFault(trial, uffd, page, at: 10 << 20, 0x12)
  try expectLetters(trial, page, "PX", "after the fault was resolved")
  Memory.store(page.start + 512 << 20, 0x13)
  try trial.expect(
    try trial.attempt("reading events", try uffd.nextEvent()) == nil,
    expected: "no event of a second store", seen: "one")
  try trial.expect(Memory.load(page.start), equals: 0x11, "the first byte")
}

/// A zapped page of 1 GiB leaves a marker that reports the next store.
func gigabyteMarker(_ trial: Trial) throws(CaseEnd) {
  let page = try gigabyte(trial)
  let uffd = try open(trial, page)
  Memory.store(page.start, 0x21)
  try trial.attempt("UFFDIO_WRITEPROTECT", try uffd.writeProtect(page))
  try trial.attempt("MADV_DONTNEED", try page.advise(.dontNeed))
  try expectLetters(trial, page, "W", "zapped")
  try expectFault(trial, uffd, page, at: 700 << 20, 0x22)
  try expectLetters(trial, page, "PX", "after the fault was resolved")
  try trial.expect(Memory.load(page.start), equals: 0, "the first byte of a new page")
}

/// Parts of a page of 1 GiB are neither protected nor lifted, be they pages of 2 MiB.
func gigabyteSubpage(_ trial: Trial) throws(CaseEnd) {
  let page = try gigabyte(trial)
  let uffd = try open(trial, page)
  try trial.attempt("UFFDIO_WRITEPROTECT", try uffd.writeProtect(page))
  try expectLetters(trial, page, "W", "protected while empty")
  let huge = Memory.hugePageSize
  let parts = [
    AddressRange(start: page.start, length: huge),
    AddressRange(start: page.start + huge, length: huge),
    AddressRange(start: page.start, length: size / 2),
    AddressRange(start: page.start, length: Memory.pageSize),
  ]
  for part in parts {
    for mode in [0, 1] as [UInt64] {
      try trial.expect(
        .invalid, from: "UFFDIO_WRITEPROTECT of \(part.length >> 12) base pages, mode \(mode)",
        try uffd.writeProtect(part, rawMode: mode))
    }
  }
  try expectLetters(trial, page, "W", "after refused calls")
  try trial.attempt("UFFDIO_WRITEPROTECT", try uffd.unprotect(page))
  try expectLetters(trial, page, "-", "lifted")
}
