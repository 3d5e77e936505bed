public import GuestKit
internal import GuestProtocol
public import LinuxMM

extension Requirement {
  /// Memory can be declared lost.
  public static let memoryFailure = Requirement("hwpoison") {
    do throws(Errno) {
      // A length of 0 is refused only where the advice is unknown.
      let page = try Mapping(anonymous: Memory.pageSize, .private)
      try Memory.lose(AddressRange(start: page.range.start, length: 0))
      return nil
    } catch {
      switch error {
      case .notPermitted: return Lacking(.privilege, "MADV_HWPOISON: EPERM")
      default: return Lacking(.config, "MADV_HWPOISON: \(error) (CONFIG_MEMORY_FAILURE)")
      }
    }
  }
}

/// Bodies about memory that the machine lost (`MADV_HWPOISON`).
public enum LostMemory {
  /// A lost page is a memory failure for whoever asks, and stays one; its neighbours are as they were.
  public static func failsAccess(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    guard backing.isHugetlb else { return try losesOne(trial, backing) }
    try restoringPool(trial) { (child) throws(CaseEnd) in try losesOne(child, backing) }
  }

  /// Runs a body that costs the pool pages, in a child, and makes the pool what it was.
  public static func restoringPool(_ trial: Trial, _ body: (Trial) throws(CaseEnd) -> Void)
    throws(CaseEnd)
  {
    let total = try poolSize(trial)
    try trial.inChild("the memory is lost and used", body)
    let knob = "/proc/sys/vm/nr_hugepages"
    try trial.attempt("restoring the pool", try TextFile.write("\(total)", to: knob))
    let now = try poolSize(trial)
    trial.leaves("a page of the pool that nobody gets any more")
    guard now == total else { throw .error("the pool has \(now) of \(total) pages left") }
  }

  private static func poolSize(_ trial: Trial) throws(CaseEnd) -> UInt64 {
    try trial.attempt("reading meminfo", try Counters.meminfo("HugePages_Total")) ?? 0
  }

  private static func losesOne(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
    let pages = try backing.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages)
    try tracker.protect(pages, 0..<2)
    try trial.attempt("MADV_HWPOISON", try Memory.lose(pages.range(1)))
    try trial.expectCount(.present, in: pages, 1..<2, equals: 0, "lost")
    try expectLost(trial, pages, "at once")
    try tracker.unprotect(pages, 1)
    try expectLost(trial, pages, "after lifting its protection")
    if backing.isShared {
      let other = try pages.alias(trial)
      try expectLost(trial, other, "in another mapping")
      try trial.attempt("MADV_DONTNEED", try pages.range(1).advise(.dontNeed))
      try expectLost(trial, pages, "after a zap")
    } else {
      try trial.attempt("MADV_DONTNEED", try pages.range(1).advise(.dontNeed))
      try trial.expectNoEvent(tracker, "a load after a zap", _ = pages.load(1))
      pages.note(1, fullOf: 0)
      try trial.expectIntact(pages, 1..<2, "after a zap")
    }
    try trial.expectWriteFault(tracker, pages, 0, "a store beside it", pages.store(0, 0x51))
    try trial.expectIntact(pages, 0..<1)
    try trial.expectIntact(pages, 2..<4)
  }

  private static func expectLost(_ trial: Trial, _ pages: Pages, _ when: String)
    throws(CaseEnd)
  {
    for isStore in [false, true] {
      let place = pages.address(1, at: 0x123)
      let access = isStore ? Memory.tryStore(place, 1) : Memory.tryLoad(place)
      let code: Int32? = if case .busError(let code, _) = access { code } else { nil }
      try trial.expect(
        code == 4, expected: "\(when): SIGBUS of a memory failure (code 4)",
        seen: "\(when): \(access.description)")
    }
  }
}
