import GuestKit
import LinuxMM
import StateModel

// How each step is done, and how it is proved that the kernel did it.
extension Scene {
  /// Does a step and tells the model.
  mutating func perform(_ step: Step, _ trial: Trial) throws(CaseEnd) {
    let part = area.range(model.pagesTaken(by: step))
    model.brace(for: step)
    switch step {
    case .fork: return try fork(trial)
    case .forkEvent: return try forkWithEvent(trial)
    case .reclaim: return try reclaim(trial)
    case .swap: try pageOut(trial)
    case .swapoff: try swapOff(trial)
    case .split: try split(trial)
    case .collapse: try collapse(trial)
    case .migrate: try migrate(trial)
    case .mremap, .mremapEvent: try move(trial, step)
    case .mprotect: try changeAccess(trial, part)
    case .dontneed, .zap:
      // What comes back would come in large folios.
      if area.ground.isLarge { try trial.attempt("advice", try area.range.advise(.noHugePage)) }
      try trial.attempt("MADV_DONTNEED", try part.advise(.dontNeed))
    case .remove: try punch(trial)
    case .truncate: try truncate(trial)
    case .ksm:
      try area.merge(trial, (0..<model.layout.count).filter { model.pages[$0].place == .present })
    case .unmap: try unmap(trial, part)
    case .protect where model.setting == .async && Scene.canScan: try scanAndProtect(trial, part)
    case .protect: try protect(trial, model.layout.part)
    case .unprotect: try protect(trial, model.layout.part, false)
    case .load: try loadAll(trial)
    }
    model.apply(step)
    if step == .mremap, model.setting.isProtection {
      // Whatever is left of the bits would raise faults that nobody asked for.
      try look(trial, "after mremap without event")
      try watch(trial, features: model.setting == .async ? .writeProtectAsync : [])
      model.watchAgain()
    }
  }

  // MARK: small steps

  private func loadAll(_ trial: Trial) throws(CaseEnd) {
    let (area, pages) = (area, (0..<model.layout.count).filter { !model.pages[$0].isGone })
    let loads = { for page in pages { _ = Memory.load(area.address(page)) } }
    guard let tracker else { return loads() }
    try trial.expectNoEvent(tracker, "loads of all pages", loads())
  }

  /// The asynchronous way: a scan protects what it finds written.
  private func scanAndProtect(_ trial: Trial, _ part: AddressRange) throws(CaseEnd) {
    var scan = PagemapScan()
    scan.all = .written
    scan.returned = .written
    scan.flags = [.protectMatching, .checkAsync]
    let answer = try trial.attempt(
      "PAGEMAP_SCAN", try scan.scan(try Pagemap(), from: part.start, to: part.end))
    try trial.expect(
      answer.walkEnd == part.end, expected: "a scan up to 0x\(hex(part.end))",
      seen: "a scan up to 0x\(hex(answer.walkEnd))")
  }

  private func split(_ trial: Trial) throws(CaseEnd) {
    try trial.attempt(
      "split_huge_pages", try HugePages.split(area.range, ofProcess: System.processID))
    let flags = try trial.attempt(
      "opening kpageflags", try Descriptor(opening: "/proc/kpageflags", for: .read))
    for frame in try area.frames(trial) where frame != 0 {
      let bytes = try trial.attempt(
        "reading kpageflags", try flags.read(count: 8, at: frame * 8))
      // Bits 15 and 16: the head or tail of a compound page.
      guard bytes.count == 8, bytes[1] & 0x80 != 0 || bytes[2] & 1 != 0 else { continue }
      throw .unexercised("frame 0x\(hex(frame)) is still part of a large folio")
    }
  }

  private func collapse(_ trial: Trial) throws(CaseEnd) {
    let isFree = model.setting == .softdirty
    let range = area.range
    if isFree {
      try trial.expectSuccess(of: "MADV_COLLAPSE", try range.advise(.collapse))
    } else {
      do throws(Errno) {
        try range.advise(.collapse)
        throw Errno(0)
      } catch {
        try trial.expect(
          error == .invalid || error == .busy,
          expected: "MADV_COLLAPSE of protected pages: EINVAL or EBUSY",
          seen: error.number == 0 ? "success" : error.description)
      }
    }
    let huge = try trial.attempt("reading smaps", try Smaps(range)).kibibytes("AnonHugePages")
    try trial.expect(huge, equals: isFree ? 2048 : 0, "AnonHugePages in kB after MADV_COLLAPSE")
  }

  private func move(_ trial: Trial, _ step: Step) throws(CaseEnd) {
    let old = area.range
    let mark = tracker?.log.count ?? 0
    guard step == .mremapEvent, let tracker else {
      try area.move(trial)
      guard let tracker else { return }
      return try trial.expectEvents([], in: tracker, after: mark, "mremap without event")
    }
    try trial.expectEvents([.remap], tracker, "mremap", try area.move(trial))
    guard case .remap(let from, let to, let length) = tracker.log.events(after: mark).first,
      from == old.start, to == area.range.start, length == old.length
    else {
      throw .failed(
        expected: "a remap event from \(old) to 0x\(hex(area.range.start))", seen: "another one")
    }
  }

  /// Read-only, where a store is a SIGSEGV and no event; then nothing at all, then what it was.
  private func changeAccess(_ trial: Trial, _ part: AddressRange) throws(CaseEnd) {
    let mark = tracker?.log.count ?? 0
    try trial.attempt("mprotect to read-only", try part.protect(.read))
    try look(trial, "while read-only")
    let place = part.start + Content.offsets[0]
    let access = Memory.tryStore(place, 0xff)
    try trial.expect(
      access == .segmentationFault(code: 2, address: place),
      expected: "a store to a read-only page: SIGSEGV code 2", seen: access.description)
    try trial.attempt("mprotect to nothing", try part.protect([]))
    try look(trial, "while inaccessible")
    try trial.attempt("mprotect to read-write", try part.protect(.readWrite))
    guard let tracker else { return }
    try trial.expectEvents([], in: tracker, after: mark, "mprotect and a store that may not be")
  }

  private func punch(_ trial: Trial) throws(CaseEnd) {
    let part = model.layout.part
    let range = area.range(part)
    if area.ground.isShared {
      return try trial.attempt("MADV_REMOVE", try range.advise(.remove))
    }
    guard let file = area.file else { throw .error("no file to punch") }
    let offset = area.fileOffset(part.lowerBound)
    try trial.attempt(
      "punching a hole", try file.descriptor.punchHole(at: offset, length: range.length))
  }

  private func truncate(_ trial: Trial) throws(CaseEnd) {
    guard let file = area.file else { throw .error("no file to truncate") }
    let offset = area.fileOffset(model.pagesTaken(by: .truncate).lowerBound)
    try trial.attempt("truncating", try file.descriptor.resize(to: offset))
    try trial.attempt("growing", try file.descriptor.resize(to: area.whole.length))
    area.fillOutside()
  }

  /// What is mapped in the place of unmapped pages has nothing of theirs.
  private func unmap(_ trial: Trial, _ part: AddressRange) throws(CaseEnd) {
    try trial.attempt("munmap", try part.unmap())
    let fresh = try trial.attempt(
      "mapping something else",
      try Mapping(anonymous: part.length, .shared, at: part.start).relinquish())
    let entries = try trial.attempt("reading pagemap", try Pagemap().entries(fresh))
    for (index, entry) in entries.enumerated() where !entry.bits.isSubset(of: .softDirty) {
      throw .failed(
        expected: "nothing in a new mapping where pages were unmapped",
        seen: "\(entry) in its page \(index)")
    }
    let mark = tracker?.log.count ?? 0
    for address in [fresh.start, fresh.end - 1] { Memory.store(address, 0x99) }
    if let tracker {
      try trial.expectEvents([], in: tracker, after: mark, "stores to the new mapping")
    }
    // Nobody else's memory may come to be there.
    try trial.attempt(
      "closing the gap",
      _ = try Mapping(anonymous: part.length, .shared, at: part.start, protection: []).relinquish())
  }
}
