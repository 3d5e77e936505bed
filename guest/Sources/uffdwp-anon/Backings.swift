import GuestKit
import GuestProtocol
import LinuxMM
import UffdWP

/// Memory that is registered, or is not, whatever the modes.
enum Memories {
  case sysv, secret, vdso, stack, readOnly, inaccessible, zeroPrivate, zeroShared, droppable
}

/// Memory whose pages are not the kernel's ordinary ones is not registered, and stays as it was.
func unsupportedBacking(_ trial: Trial, _ kind: Memories) throws(CaseEnd) {
  let range = try memory(trial, kind)
  let isAccepted = accepts(kind)
  for modes in [.missing, .writeProtect, [.missing, .writeProtect]] as [Userfaultfd.Modes] {
    // Shared memory learnt write-protection late.
    if kind == .zeroShared, modes != .missing, Requirement.writeProtectFiles.lacking() != nil {
      continue
    }
    let uffd = try trial.attempt("userfaultfd", try Userfaultfd())
    var seen: Errno?
    do throws(Errno) { try uffd.register(range, for: modes) } catch { seen = error }
    let smaps = try trial.attempt("reading smaps", try Smaps(range))
    let flagged = smaps.anyHas(flag: "um") || smaps.anyHas(flag: "uw")
    if seen == nil { try trial.attempt("UFFDIO_UNREGISTER", try uffd.unregister(range)) }
    try trial.expect(
      seen, equals: isAccepted ? nil : .invalid, "registering it in mode \(modes.rawValue)")
    try trial.expect(
      flagged == isAccepted, expected: "VmFlags \(isAccepted ? "with" : "without") um or uw",
      seen: "the contrary")
  }
}

private func accepts(_ kind: Memories) -> Bool {
  switch kind {
  case .stack, .readOnly, .inaccessible, .zeroPrivate, .zeroShared: true
  case .sysv, .secret, .vdso, .droppable: false
  }
}

private func memory(_ trial: Trial, _ kind: Memories) throws(CaseEnd) -> AddressRange {
  let page = Memory.pageSize
  switch kind {
  case .sysv:
    return try orSkip(trial, "shmget (CONFIG_SYSVIPC)") { () throws(Errno) in
      try Mapping.sharedSegment(length: 2 * page)
    }
  case .secret:
    return try orSkip(trial, "memfd_secret (CONFIG_SECRETMEM, secretmem.enable)") {
      () throws(Errno) in
      let file = try Descriptor(secretOfSize: 2 * page)
      return try Mapping(file: file, length: 2 * page, .shared).relinquish()
    }
  case .droppable:
    return try orSkip(trial, "MAP_DROPPABLE (Linux 6.11)") { () throws(Errno) in
      try Mapping(droppable: 2 * page).relinquish()
    }
  case .vdso, .stack:
    let name = kind == .vdso ? "[vdso]" : "[stack]"
    let all = try trial.attempt("reading maps", try Mapping.named(name))
    guard let all else { try trial.skip(.config, "no \(name) in /proc/self/maps") }
    // The lowest page of the stack: nobody touches it while it is registered.
    return AddressRange(start: all.start, length: page)
  case .readOnly, .inaccessible:
    let protection: Mapping.Protection = kind == .readOnly ? .read : []
    return try trial.attempt(
      "mmap", try Mapping(anonymous: 2 * page, .private, protection: protection).relinquish())
  case .zeroPrivate, .zeroShared:
    let file = try trial.attempt(
      "opening /dev/zero", try Descriptor(opening: "/dev/zero", for: .readWrite))
    let sharing: Mapping.Sharing = kind == .zeroShared ? .shared : .private
    return try trial.attempt(
      "mapping /dev/zero", try Mapping(file: file, length: 2 * page, sharing).relinquish())
  }
}

private func orSkip(
  _ trial: Trial, _ what: String, _ make: () throws(Errno) -> AddressRange
) throws(CaseEnd) -> AddressRange {
  do throws(Errno) { return try make() } catch {
    try trial.skip(.feature, "no \(what): \(error)")
  }
}

/// Files of ordinary file systems are not registered unless their writes are only to be remembered.
func unsupportedFile(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, policy: .observing)
  let range = pages.range
  for mode in [1, 2, 3, 4, 7] as [UInt64] {
    let error = try tracker.errno { (uffd) throws(Errno) -> Void in
      try uffd.register(range, for: Userfaultfd.Modes(rawValue: mode))
    }
    try trial.expect(error, equals: .invalid, "registering a file's memory in mode \(mode)")
  }
  try trial.expectNoEvent(tracker, "a store after refusals", pages.store(0, 0x11))
  if Requirement.writeProtectAsync.lacking() == nil {
    let async = try Tracker(trial, features: .writeProtectAsync)
    let error = try async.errno { (uffd) throws(Errno) -> Void in
      try uffd.register(range, for: [.missing, .writeProtect])
    }
    try trial.expect(error, equals: .invalid, "registering it in mode 3 with WP_ASYNC")
  }
  try trial.expectIntact(pages)
}

/// One mapping that cannot be registered spoils the whole range, and nothing of it is registered.
func unsupportedPart(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 6)
  pages.fill(0..<3)
  let file = try Backing.file.map(trial, pages: 2)
  try file.move(trial, to: pages.address(4))
  let tracker = try Tracker(trial, policy: .observing)
  let range = pages.range
  let error = try tracker.errno { (uffd) throws(Errno) -> Void in
    try uffd.register(range, for: .missing)
  }
  try trial.expect(error, equals: .invalid, "registering anonymous memory and a file behind it")
  let smaps = try trial.attempt("reading smaps", try Smaps(range))
  try trial.expect(!smaps.anyHas(flag: "um"), expected: "no um in VmFlags", seen: "um")
  try trial.expectNoEvent(tracker, "a load from a hole", _ = pages.load(3))
  try trial.expectIntact(pages, 0..<4)
}

/// Anonymous memory has no page cache that could have a page the page table lacks.
func minorOnAnon(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, policy: .observing)
  let range = pages.range
  for mode in [4, 5, 6, 7] as [UInt64] {
    let error = try tracker.errno { (uffd) throws(Errno) -> Void in
      try uffd.register(range, for: Userfaultfd.Modes(rawValue: mode))
    }
    try trial.expect(error, equals: .invalid, "registering anonymous memory in mode \(mode)")
  }
  let smaps = try trial.attempt("reading smaps", try Smaps(range))
  try trial.expect(
    !smaps.anyHas(flag: "ui") && !smaps.anyHas(flag: "um") && !smaps.anyHas(flag: "uw"),
    expected: "none of um, uw, ui in VmFlags", seen: "one of them")
  try trial.expectNoEvent(tracker, "a store", pages.store(0, 0x12))
}

/// A hole in the address space does not keep what lies around it from being registered.
func gapTolerated(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 8)
  pages.fill(0..<2)
  try trial.attempt("munmap", try pages.range(3..<5).unmap())
  let tracker = try Tracker(trial, policy: FaultPolicy())
  let range = pages.range
  let error = try tracker.errno { (uffd) throws(Errno) -> Void in
    try uffd.register(range, for: [.missing, .writeProtect])
  }
  try trial.expect(error, equals: nil, "registering a range with a hole in it")
  for (some, what) in [(0..<3, "before"), (5..<8, "behind")] {
    let smaps = try trial.attempt("reading smaps", try Smaps(pages.range(some)))
    try trial.expect(
      smaps.count == 1 && smaps.allHave(flag: "um") && smaps.allHave(flag: "uw"),
      expected: "um and uw in VmFlags \(what) the hole", seen: "one is not there")
  }
  try trial.expectEvents([.missing], tracker, "a load before the hole", _ = pages.load(2))
  try trial.expectEvents([.missing], tracker, "a load behind the hole", _ = pages.load(7))
  try tracker.protect(pages, 0..<2)
  try trial.expectWriteFault(tracker, pages, 1, "a store before the hole", pages.store(1, 0x13))
  let unregistered = try tracker.errno { (uffd) throws(Errno) -> Void in
    try uffd.unregister(range)
  }
  try trial.expect(unregistered, equals: nil, "unregistering a range with a hole in it")
  let smaps = try trial.attempt("reading smaps", try Smaps(range))
  try trial.expect(!smaps.anyHas(flag: "um"), expected: "no um in VmFlags", seen: "um")
  try trial.expectNoEvent(tracker, "a load after that", _ = pages.load(6))
}

/// Registering splits mappings no more than it must, and merges them where it can.
func splitMerge(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 8)
  pages.fill()
  let tracker = try Tracker(trial)
  try expectMappings(trial, pages, 1, "before registering")
  try tracker.register(pages)
  try expectMappings(trial, pages, 1, "registered as a whole")
  try tracker.unregister(pages)
  try expectMappings(trial, pages, 1, "unregistered as a whole")

  try change(tracker, pages, 3..<5, registers: true)
  try expectMappings(trial, pages, 3, "registered in the middle")
  try expectRegistered(trial, pages, 3..<5, "registered in the middle")
  try change(tracker, pages, 3..<5, registers: false)
  try expectMappings(trial, pages, 1, "unregistered in the middle")
  try expectRegistered(trial, pages, 0..<0, "unregistered in the middle")

  try change(tracker, pages, 0..<4, registers: true)
  try change(tracker, pages, 4..<8, registers: true)
  try expectMappings(trial, pages, 1, "registered side by side")
  try change(tracker, pages, 2..<3, registers: false)
  try expectMappings(trial, pages, 3, "with one page unregistered")
  try tracker.protect(pages, 0..<2)
  try tracker.protect(pages, 3..<8)
  try trial.expectProtected(pages, "around an unregistered page") { $0 != 2 }
  try trial.expectWriteFaults(tracker, pages, "stores to all") { $0 != 2 }

  // Another userfaultfd's memory is another mapping, whatever the modes.
  let second = try Tracker(trial)
  try change(second, pages, 2..<3, registers: true)
  try expectMappings(trial, pages, 3, "with one page registered by another userfaultfd")
  try second.protect(pages, 2)
  try trial.expectWriteFault(second, pages, 2, "a store to it", pages.store(2, 0x14))
  try second.unregister(Pages(.anon, at: pages.range(2)))
  try change(tracker, pages, 2..<3, registers: true)
  try expectMappings(trial, pages, 1, "all with one userfaultfd again")
  try trial.expectIntact(pages)
}

private func change(_ tracker: Tracker, _ pages: Pages, _ some: Range<Int>, registers: Bool)
  throws(CaseEnd)
{
  let part = Pages(pages.backing, at: pages.range(some))
  if registers { try tracker.register(part) } else { try tracker.unregister(part) }
}

private func expectMappings(_ trial: Trial, _ pages: Pages, _ count: Int, _ when: String)
  throws(CaseEnd)
{
  let smaps = try trial.attempt("reading smaps", try Smaps(pages.range))
  try trial.expect(smaps.count, equals: count, "mappings " + when)
}

private func expectRegistered(
  _ trial: Trial, _ pages: Pages, _ some: Range<Int>, _ when: String
) throws(CaseEnd) {
  // Around its edges: smaps is long to read.
  for page in [2, 3, 4, 5] {
    let smaps = try trial.attempt("reading smaps", try Smaps(pages.range(page)))
    let isRegistered = smaps.anyHas(flag: "uw")
    try trial.expect(
      isRegistered == some.contains(page),
      expected: "page \(page) \(when): \(isRegistered ? "no uw" : "uw") in VmFlags",
      seen: "the contrary")
  }
}
