import GuestKit
import GuestProtocol
import LinuxMM
import UffdWP

extension Requirement {
  /// The kernel's own driver of read-only pins.
  static let pinTest = Requirement("gup-test") {
    TextFile.exists(PinTest.path)
      ? nil : Lacking(.config, "no \(PinTest.path) (CONFIG_GUP_TEST; mount debugfs)")
  }
}

/// What is done to memory of each kind: the rules of the kernel's own selftest `cow`.
enum Treatment: String, CaseIterable {
  case fork
  case forkMprotect = "fork-mprotect"
  case spliceInChild = "vmsplice-child"
  case spliceInChildMprotect = "vmsplice-child-mprotect"
  case spliceBeforeFork = "vmsplice-before-fork"
  case spliceAfterFork = "vmsplice-after-fork"
  case ring = "io-uring"
  case ringFork = "io-uring-fork"
  case pins = "ro-pin"

  var summary: String {
    switch self {
    case .fork: "after fork neither process sees the other's stores"
    case .forkMprotect: "nor after an mprotect round trip before the first store"
    case .spliceInChild: "what a child spliced does not change with the parent's stores"
    case .spliceInChildMprotect: "nor after an mprotect round trip in the parent"
    case .spliceBeforeFork:
      "what the parent spliced before fork does not change with its child's stores"
    case .spliceAfterFork:
      "what the parent spliced after fork does not change with its child's stores"
    case .ring: "a pinned page stays the process's through an mprotect round trip and a store"
    case .ringFork: "a pinned page stays the process's through fork and a store"
    case .pins: "pins of shared memory see the process's stores"
    }
  }

  var needs: [Requirement] {
    switch self {
    case .fork, .forkMprotect: []
    case .spliceInChild, .spliceInChildMprotect, .spliceBeforeFork, .spliceAfterFork: []
    case .ring, .ringFork: [.ioUring, .root]
    case .pins: [.pinTest, .root]
    }
  }

  func run(_ trial: Trial, _ ground: Ground, swapped: Bool) throws(CaseEnd) {
    if self == .pins { return try pinsSeeStores(trial, ground, swapped: swapped) }
    let pages = try ground.lay(trial, swapped: swapped)
    let page = ground.probe
    switch self {
    case .fork: try forkKeepsApart(trial, pages, mprotect: false)
    case .forkMprotect: try forkKeepsApart(trial, pages, mprotect: true)
    case .spliceInChild: try childSplices(trial, pages, page, mprotect: false)
    case .spliceInChildMprotect: try childSplices(trial, pages, page, mprotect: true)
    case .spliceBeforeFork: try parentSplices(trial, pages, page, beforeFork: true)
    case .spliceAfterFork: try parentSplices(trial, pages, page, beforeFork: false)
    case .ring: try ringKeepsPage(trial, pages, page, forks: false)
    case .ringFork: try ringKeepsPage(trial, pages, page, forks: true)
    case .pins: break
    }
  }
}

@CaseList var fullMatrix: [Case] {
  for ground in Ground.allCases {
    for treatment in Treatment.allCases {
      for swapped in ground.canSwap ? [false, true] : [false] {
        Case(
          cellName(ground, treatment, swapped: swapped), treatment.summary,
          needs: treatment.needs + ground.needs + (swapped ? [.swap] : [])
        ) { (trial) throws(CaseEnd) in try treatment.run(trial, ground, swapped: swapped) }
      }
    }
  }
}

/// The catalogue has names of its own for some cells.
private func cellName(_ ground: Ground, _ treatment: Treatment, swapped: Bool) -> String {
  let isPlain = !swapped && (ground == .anon || ground == .thp || ground == .hugetlbpriv)
  let kind = ground.rawValue
  if isPlain, treatment == .spliceInChild { return "cow.vmsplice-child-leak/" + kind }
  if isPlain, treatment == .pins { return "cow.pin-readonly-longterm-unshare/" + kind }
  return "cow.full-matrix/" + kind + (swapped ? "-swapped-" : "-") + treatment.rawValue
}

/// Stores of parent and child, in this order, at both ends of the memory and between.
func forkKeepsApart(_ trial: Trial, _ pages: Pages, mprotect: Bool) throws(CaseEnd) {
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    // With mprotect the parent is the first to touch anything.
    if !mprotect { try trial.expectIntact(pages, nil, "inherited by the child") }
    try line.turn(try trial.expectIntact(pages, nil, "in the child after the parent's stores"))
    for page in pages.probed { pages.store(page, at: 0x456, 0xc1) }
    try line.turn(try trial.expectIntact(pages, nil, "in the child after its own stores"))
  }
  if mprotect { try toggle(trial, pages.range) }
  for page in pages.probed { pages.store(page, 0xa1) }
  try child.turn("the child looks at its memory after the parent's stores")
  try child.turn("the child stores")
  try trial.expectIntact(pages, nil, "in the parent after the child's stores")
  try child.finish()
  for page in pages.probed { pages.store(page, at: 0x789, 0xa2) }
  try trial.expectIntact(pages, nil, "in the parent after the child's end")
}

/// Pages that a ring has pinned are neither copied for a store nor given to the child.
func ringKeepsPage(_ trial: Trial, _ pages: Pages, _ page: Int, forks: Bool) throws(CaseEnd) {
  var ring = try trial.attempt("io_uring", try Ring())
  let buffer = AddressRange(start: pages.address(page), length: 512)
  try trial.attempt("IORING_REGISTER_BUFFERS", try ring.registerBuffer(buffer))
  let before = try frame(trial, pages, page)
  try trial.prove(before != 0, otherwise: "pagemap shows no frame numbers")
  var child: Companion?
  if forks {
    child = try trial.fork { (trial, line) throws(CaseEnd) in
      try line.turn(try trial.expectIntact(pages, nil, "in the child after the transfers"))
      let own = try frame(trial, pages, page)
      try trial.expect(
        own != before, expected: "the child has a copy of the pinned page",
        seen: "it maps frame 0x\(hex(own)), the pinned one")
    }
  } else {
    try toggle(trial, pages.range)
  }
  pages.store(page, at: 0x23, 0xa3)
  try expectFrame(trial, pages, page, before)
  try expectPinned(trial, &ring, pages, page, length: 64)
  if let child {
    try child.turn("the child looks at its memory")
    try child.finish()
  }
  pages.store(page, at: 0x33, 0xa4)
  try expectPinned(trial, &ring, pages, page, length: 64)
  try expectFrame(trial, pages, page, before)
  try trial.expectIntact(pages)
}
