import GuestKit
import LinuxMM
import UffdWP

/// What private memory looks like before anything is done to it.
enum Ground: String, CaseIterable {
  case anon
  /// One transparent huge page, mapped by one entry.
  case thp
  /// The same, mapped by 512 entries.
  case thpParts = "thp-ptes"
  /// The first base page of a huge page whose others are gone.
  case thpFirst = "thp-single"
  /// The lower half of a huge page whose upper half is mapped elsewhere.
  case thpHalf = "thp-partial"
  /// A huge page whose first base page a child shared that has ended.
  case thpOnceShared = "thp-shared"
  /// 64 KiB folios.
  case mthp
  case hugetlbpriv

  var needs: [Requirement] {
    switch self {
    case .anon: []
    case .mthp: [.folios64K]
    case .hugetlbpriv: room(.hugetlbpriv)
    default: [.transparentHugePages]
    }
  }

  /// The page that is pinned or spliced: where a part was shared once, that part.
  var probe: Int { self == .thpFirst || self == .thpOnceShared ? 0 : 1 }

  /// Whether it makes a difference that the memory is swapped out before the rest.
  ///
  /// hugetlb pages never are, and entries of pages that are out know of no huge page any more: only which
  /// parts are the process's alone, for which `thpOnceShared` stands.
  var canSwap: Bool {
    switch self {
    case .anon, .thp, .thpOnceShared, .mthp: true
    case .thpParts, .thpFirst, .thpHalf, .hugetlbpriv: false
    }
  }

  /// Maps and fills memory of this kind, and proves that it is.
  func lay(_ trial: Trial, swapped: Bool) throws(CaseEnd) -> Pages {
    let pages = try lay(trial)
    if swapped { try trial.pageOut(pages) }
    return pages
  }

  private func lay(_ trial: Trial) throws(CaseEnd) -> Pages {
    switch self {
    case .anon, .hugetlbpriv:
      let pages = try (self == .anon ? Backing.anon : .hugetlbpriv).map(trial)
      pages.fill()
      return pages
    case .mthp: return try folios(trial)
    case .thp: return try mapHuge(trial)
    default: break
    }
    let huge = try mapHuge(trial)
    var kept = 0..<512
    if self == .thpOnceShared {
      try shareOnce(trial, huge)
    } else {
      try toggle(trial, huge.range(1))
    }
    // khugepaged must not make it a whole again.
    try trial.attempt("MADV_NOHUGEPAGE", try huge.range.advise(.noHugePage))
    let left = try huge.smaps(trial, "AnonHugePages")
    try trial.prove(
      left == 0, otherwise: "AnonHugePages is \(left) kB after a part was treated apart")
    if self == .thpFirst {
      kept = 0..<1
      try trial.attempt("MADV_DONTNEED", try huge.range(1..<512).advise(.dontNeed))
    } else if self == .thpHalf {
      kept = 0..<256
      let upper = huge.range(256..<512)
      try trial.attempt(
        "moving the upper half", _ = try Mapping(adopting: upper).moved().relinquish())
    }
    let pages = Pages(.anon, at: huge.range(kept))
    for page in kept { pages.note(page, fullOf: Pages.pattern(page)) }
    return pages
  }

  private func shareOnce(_ trial: Trial, _ huge: Pages) throws(CaseEnd) {
    try trial.attempt("MADV_DONTFORK", try huge.range(1..<512).advise(.dontFork))
    try trial.inChild { (child) throws(CaseEnd) in
      try child.expectIntact(huge, 0..<1, "in the child that shares the first page")
    }
    try trial.attempt("MADV_DOFORK", try huge.range(1..<512).advise(.doFork))
  }

  private func folios(_ trial: Trial) throws(CaseEnd) -> Pages {
    let knob = try trial.attempt(
      "HugePages.smallFolios \(HugePages.smallFolios)",
      try Knob(HugePages.smallFolios, to: "always"))
    defer { withExtendedLifetime(knob) {} }
    let pages = try Backing.anon.map(trial, pages: 64)
    try trial.attempt("MADV_HUGEPAGE", try pages.range.advise(.hugePage))
    pages.fill()
    // An aligned run of 16 frames is a folio, as far as can be seen from outside.
    let frames = try pages.pagemap(trial).map { $0.frame }
    let first = (0...48).first { start -> Bool in
      let lowest = frames[start]
      guard lowest != 0, lowest % 16 == 0 else { return false }
      return (1..<16).allSatisfy { part -> Bool in frames[start + part] == lowest + UInt64(part) }
    }
    guard let first else { throw .unexercised("no 64 KiB folio came") }
    let folio = Pages(.anon, at: pages.range(first..<(first + 16)))
    for page in 0..<16 { folio.note(page, fullOf: Pages.pattern(first + page)) }
    return folio
  }
}

/// Makes memory read-only and writable again: writable entries are then up to what the kernel knows of the
/// pages, not to what the entries were.
func toggle(_ trial: Trial, _ range: AddressRange) throws(CaseEnd) {
  try trial.attempt("mprotect to read-only", try range.protect(.read))
  try trial.attempt("mprotect to read-write", try range.protect(.readWrite))
}

extension Pages {
  /// The pages that stores go to: at both ends and between.
  var probed: [Int] {
    switch count {
    case 1: [0]
    case 2..<8: [0, 1, count - 1]
    default: [0, 1, 2, count / 2, count - 1]
    }
  }

  /// 4 KiB at the start of a page.
  func part(_ page: Int) -> AddressRange {
    AddressRange(start: address(page), length: Memory.pageSize)
  }
}
