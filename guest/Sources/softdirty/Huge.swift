import GuestKit
import GuestProtocol
import LinuxMM

/// A way to break a huge page up; the raw value is the leg's name.
enum Split: String, CaseIterable {
  /// One base page is zapped.
  case dontneed
  /// The kernel is asked through debugfs.
  case debugfs
  /// All of it goes to swap.
  case pageout
  /// One base page becomes read-only.
  case mprotect
  /// One base page is unmapped.
  case munmap
  /// One base page is moved away.
  case mremap

  var needs: [Requirement] {
    switch self {
    case .debugfs: [.softDirty, .transparentHugePages, .root, .splitHugePages]
    case .pageout: [.softDirty, .transparentHugePages, .swap]
    default: [.softDirty, .transparentHugePages]
    }
  }

  /// The base page that is no more where it was, if any.
  var gone: Int? {
    switch self {
    case .dontneed, .munmap, .mremap: 100
    default: nil
    }
  }

  /// Breaks the huge page up and proves it.
  func apply(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
    let one = pages.range(100)
    switch self {
    case .dontneed: try trial.attempt("MADV_DONTNEED", try one.advise(.dontNeed))
    case .debugfs:
      try trial.attempt(
        "split_huge_pages", try HugePages.split(pages.range, ofProcess: System.processID))
    case .pageout: try trial.pageOut(pages)
    case .mprotect: try trial.attempt("mprotect", try one.protect(.read))
    case .munmap: try trial.attempt("munmap", try one.unmap())
    case .mremap:
      try trial.attempt("mremap", _ = try Mapping(adopting: one).moved().relinquish())
    }
    if self == .munmap || self == .mremap { pages.note(100, fullOf: nil) }
    if self == .dontneed { pages.note(100, fullOf: 0) }
    try trial.proveSplit(pages, "after \(rawValue)")
  }

  /// Brings back what is out and checks every byte.
  func readAll(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
    try trial.expectIntact(pages, 0..<100, "after \(rawValue)")
    if gone == nil { try trial.expectIntact(pages, 100..<101, "after \(rawValue)") }
    try trial.expectIntact(pages, 101..<perHuge, "after \(rawValue)")
  }

  static func cases(
    _ id: String, _ summary: String, on some: [Split],
    body: @escaping @Sendable (Trial, Split) throws(CaseEnd) -> Void
  ) -> [Case] {
    some.map { split in
      Case("\(id)/\(split.rawValue)", summary, needs: split.needs) { (trial) throws(CaseEnd) in
        try body(trial, split)
      }
    }
  }
}

/// All base pages of a written huge page stay soft-dirty when it is broken up, and through swap after that.
func splitLosesNothing(_ trial: Trial, _ split: Split) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  pages.store(7, 0xa7)
  try trial.proveHuge(pages, "after a store")
  try trial.expectAllDirty(pages, "after a store")
  try split.apply(trial, pages)
  try trial.expectDirty(pages, "after \(split.rawValue)") { $0 != split.gone }
  try split.readAll(trial, pages)
  try trial.expectDirty(pages, "after loads") { $0 != split.gone }
  guard split != .pageout, split.gone == nil, Requirement.swap.lacking() == nil else { return }
  try trial.pageOut(pages)
  try trial.expectAllDirty(pages, "after \(split.rawValue), while out")
  try split.readAll(trial, pages)
  try trial.expectAllDirty(pages, "after \(split.rawValue) and a trip to swap")
}

extension Requirement {
  /// Swap that is known to hold huge pages in one piece, which files and rotating disks do not.
  fileprivate static let hugeSwap = Requirement("huge-swap") {
    guard let text = try? TextFile.read("/proc/swaps") else {  // no swap, as good as unreadable
      return Lacking(.config, "no /proc/swaps (CONFIG_SWAP)")
    }
    let memory = Array("/dev/zram".utf8)
    let areas = text.utf8.split(separator: UInt8(ascii: "\n"))
    return areas.contains { $0.starts(with: memory) }
      ? nil : Lacking(.resource, "swap is a file or a disk and holds no huge page in one piece")
  }
}

/// No base page of a clean huge page becomes soft-dirty because it is broken up.
func splitGainsNothing(_ trial: Trial, _ split: Split) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  try trial.clearSoftDirty()
  try trial.proveHuge(pages, "after clear_refs")
  try trial.expectClean(pages, "after clear_refs")
  let whole = try trial.attempt("reading vmstat", try Counters.vmstat("thp_swpout")) ?? 0
  try split.apply(trial, pages)
  if split == .pageout {
    // A huge page that swap has no room for in one piece is split as debugfs splits it.
    let now = try trial.attempt("reading vmstat", try Counters.vmstat("thp_swpout")) ?? 0
    if now == whole { try trial.need(.hugeSwap) }
    try trial.prove(now > whole, otherwise: "the huge page did not go to swap in one piece")
  }
  let dirty = try trial.count(.softDirty, in: pages)
  trial.evidence("dirty", dirty)
  try trial.expect(dirty, equals: 0, "soft-dirty pages after \(split.rawValue)")
  try split.readAll(trial, pages)
  try trial.expectClean(pages, "after loads")
}

/// After a clean huge page was broken up, a store is noticed as ever, and only where it was.
func trackedAfterSplit(_ trial: Trial, _ split: Split) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  try trial.clearSoftDirty()
  try split.apply(trial, pages)
  // Whether the split itself left dirt is another case's business.
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after \(split.rawValue) and clear_refs")
  if split == .mprotect {
    try trial.attempt("mprotect", try pages.range(100).protect(.readWrite))
    pages.store(100, 0xb0)
  }
  pages.store(0, 0xa0)
  pages.store(511, 0xa1)
  try trial.expectDirty(pages, "after stores to 0 511") { page in
    page == 0 || page == 511 || (page == 100 && split == .mprotect)
  }
  try split.readAll(trial, pages)
}

/// mprotect of a whole clean huge page does not let a store pass unnoticed.
func hugeMprotect(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  try trial.clearSoftDirty()
  try trial.attempt("mprotect", try pages.range.protect(.read))
  try trial.attempt("mprotect", try pages.range.protect(.readWrite))
  try trial.proveHuge(pages, "after mprotect")
  try trial.expectClean(pages, "after mprotect")
  pages.store(7, 0xa7)
  try trial.expectAllDirty(pages, "after a store")
  try trial.expectIntact(pages)
}
