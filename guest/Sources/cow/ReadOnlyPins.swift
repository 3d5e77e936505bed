import GuestKit
import LinuxMM
import UffdWP

/// Who else maps a page when it is pinned.
private enum Sharing: String, CaseIterable {
  case shared = "shared with a child"
  case onceShared = "shared with a child that has ended"
  case exclusive = "of this process alone"
}

/// One way to take a pin.
private struct Pinning {
  let isWritable: Bool
  let isFast: Bool

  static let readOnly = [
    Pinning(isWritable: false, isFast: false), Pinning(isWritable: false, isFast: true),
  ]
  static let writable = [
    Pinning(isWritable: true, isFast: false), Pinning(isWritable: true, isFast: true),
  ]

  var words: String {
    (isWritable ? "a writable" : "a read-only") + (isFast ? ", fast pin" : " pin")
  }

  func pin(_ trial: Trial, _ pages: Pages, _ page: Int) throws(CaseEnd) -> PinTest {
    do throws(Errno) {
      return try PinTest(pages.part(page), writable: isWritable, fast: isFast)
    } catch { throw .error("\(words) failed with \(error)") }
  }
}

/// A long-term pin of memory of each kind sees what the process stores after it, whoever shared the page.
func pinsSeeStores(_ trial: Trial, _ ground: Ground, swapped: Bool) throws(CaseEnd) {
  for sharing in Sharing.allCases {
    let ways = sharing == .shared ? Pinning.readOnly + Pinning.writable : Pinning.readOnly
    for way in ways {
      let pages = try ground.lay(trial, swapped: swapped)
      try pinSeesStore(trial, pages, ground.probe, way, sharing)
      try trial.attempt("munmap", try pages.range.unmap())
    }
  }
}

private func pinSeesStore(
  _ trial: Trial, _ pages: Pages, _ page: Int, _ way: Pinning, _ sharing: Sharing
) throws(CaseEnd) {
  var child: Companion?
  if sharing != .exclusive {
    child = try trial.fork { (trial, line) throws(CaseEnd) in
      try line.turn(try trial.expectIntact(pages, nil, "in the child"))
    }
  }
  if sharing == .onceShared, let ending = child {
    try ending.turn("the child looks at its memory")
    try ending.finish()
    child = nil
  }
  let pin = try way.pin(trial, pages, page)
  let before = try frame(trial, pages, page)
  let what = "\(way.words) of a page \(sharing.rawValue)"
  if sharing == .exclusive { try toggle(trial, pages.range) }
  pages.store(page, at: 0x23, 0xa3)
  let after = try frame(trial, pages, page)
  try trial.expect(
    after == before, expected: what + ": the page stays in frame 0x\(hex(before))",
    seen: "a store puts it into frame 0x\(hex(after))")
  try expectSeen(trial, pin, pages, page, what)
  if let child {
    try child.turn("the child looks at its memory")
    try child.finish()
  }
  try trial.expectIntact(pages, page..<(page + 1), "with \(what)")
}

/// Fails unless the pin sees the page as the process does.
private func expectSeen(
  _ trial: Trial, _ pin: borrowing PinTest, _ pages: Pages, _ page: Int, _ what: String
) throws(CaseEnd) {
  let copy = try Backing.anon.map(trial, pages: 1)
  do throws(Errno) { try pin.read(to: copy.address(0)) } catch {
    throw .error("reading through \(what) failed with \(error)")
  }
  for place in [UInt64(0x22), 0x23, 0x24, 0xfff] {
    let seen = copy.load(0, at: place)
    let expected = pages.expected(page, at: place) ?? 0
    try trial.expect(
      seen == expected,
      expected: "\(what) sees 0x\(hex(UInt64(expected))), stored after it, at byte \(place)",
      seen: "it sees 0x\(hex(UInt64(seen)))")
  }
  try trial.attempt("munmap", try copy.range.unmap())
}

/// Private memory that has no page of its own yet.
private enum Borrowed: String, CaseIterable {
  case zero = "zero-page"
  case hugeZero = "huge-zero-page"
  case shmempriv, filepriv
  case hugetlbFile = "hugetlb-file"

  var needs: [Requirement] {
    switch self {
    case .zero, .shmempriv: []
    case .hugeZero: [.transparentHugePages]
    case .filepriv: Backing.filepriv.requirements
    case .hugetlbFile: room(.hugetlbpriv)
    }
  }

  /// Maps pages and reads them, so that the entries are there, read-only.
  func lay(_ trial: Trial) throws(CaseEnd) -> Pages {
    switch self {
    case .zero:
      let pages = try Backing.anon.map(trial)
      for page in 0..<4 { pages.load(page) }
      return pages
    case .hugeZero:
      let pages = try Backing.thp.map(trial)
      pages.load(0)
      return pages
    case .shmempriv, .filepriv:
      let pages = try (self == .shmempriv ? Backing.shmempriv : .filepriv).map(trial)
      try pages.alias(trial).fill()
      for page in 0..<4 {
        pages.note(page, fullOf: Pages.pattern(page))
        pages.load(page)
      }
      return pages
    case .hugetlbFile:
      let shared = try Backing.hugetlb.map(trial, pages: 2)
      shared.fill()
      let range = try shared.withFile { (file) throws(CaseEnd) -> AddressRange in
        do throws(Errno) {
          return try Mapping(
            file: file, length: shared.range.length, .private, aligned: Memory.hugePageSize
          ).relinquish()
        } catch { throw .error("mapping hugetlb pages privately failed with \(error)") }
      }
      let pages = Pages(.hugetlbpriv, at: range)
      for page in 0..<2 {
        pages.note(page, fullOf: Pages.pattern(page))
        pages.load(page)
      }
      return pages
    }
  }
}

/// A pin of private memory that is the file's or the zero page's still gives the process a page of its own first.
private func pinMakesOwn(_ trial: Trial, _ borrowed: Borrowed) throws(CaseEnd) {
  for way in Pinning.readOnly + Pinning.writable {
    let pages = try borrowed.lay(trial)
    let shared = try frame(trial, pages, 1)
    let pin = try way.pin(trial, pages, 1)
    let what = "\(way.words) of \(borrowed.rawValue) memory"
    let before = try frame(trial, pages, 1)
    try trial.expect(
      before != shared, expected: what + ": a page of the process's own",
      seen: "still the one that it borrowed, in frame 0x\(hex(shared))")
    try trial.expectIntact(pages, 1..<2, "pinned by " + what)
    pages.store(1, at: 0x23, 0xa3)
    let after = try frame(trial, pages, 1)
    try trial.expect(
      after == before, expected: what + ": the page stays in frame 0x\(hex(before))",
      seen: "a store puts it into frame 0x\(hex(after))")
    try expectSeen(trial, pin, pages, 1, what)
    try trial.expectIntact(pages, nil, "with \(what)")
    try trial.attempt("munmap", try pages.range.unmap())
  }
}

@CaseList var readOnlyPins: [Case] {
  for borrowed in Borrowed.allCases {
    Case(
      "cow.pin-readonly-longterm-unshare/\(borrowed.rawValue)",
      "a long-term pin of private memory gives the process a page of its own",
      needs: [.pinTest, .root] + borrowed.needs
    ) { (trial) throws(CaseEnd) in try pinMakesOwn(trial, borrowed) }
  }
}
