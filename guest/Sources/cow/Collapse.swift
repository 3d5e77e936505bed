import GuestKit
import LinuxMM
import UffdWP

/// What of a huge page in parts is shared with a child when it is collapsed.
enum CollapseSharing: String, CaseIterable {
  /// Collapsed before anything is shared.
  case before = "unshared"
  case all = "shared"
  case lower = "lower-shared"
  case upper = "upper-shared"

  /// The pages that the child does not get.
  var withheld: Range<Int>? {
    switch self {
    case .before, .all: nil
    case .lower: 256..<512
    case .upper: 0..<256
    }
  }

  /// The pages that the child gets.
  var inherited: Range<Int> {
    switch self {
    case .before, .all: 0..<512
    case .lower: 0..<256
    case .upper: 256..<512
    }
  }
}

/// A huge page in parts that is collapsed while a child shares some of them: the child keeps what it had.
func collapseKeepsApart(_ trial: Trial, _ sharing: CollapseSharing) throws(CaseEnd) {
  let pages = try mapHuge(trial)
  try toggle(trial, pages.range(1))
  let left = try pages.smaps(trial, "AnonHugePages")
  try trial.prove(left == 0, otherwise: "mprotect of a part left AnonHugePages at \(left) kB")
  if sharing == .before { try collapse(trial, pages) }
  if let withheld = sharing.withheld {
    try trial.attempt("MADV_DONTFORK", try pages.range(withheld).advise(.dontFork))
  }
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try trial.expectIntact(pages, sharing.inherited, "inherited by the child")
    try line.turn(())
    try line.turn(
      try trial.expectIntact(pages, sharing.inherited, "in the child after the parent's stores"))
    for page in [sharing.inherited.lowerBound, sharing.inherited.upperBound - 1] {
      pages.store(page, at: 0x456, 0xc1)
    }
    try line.turn(try trial.expectIntact(pages, sharing.inherited, "in the child"))
  }
  try child.turn("the child looks at its memory")
  if let withheld = sharing.withheld {
    try trial.attempt("MADV_DOFORK", try pages.range(withheld).advise(.doFork))
  }
  // Some kernels collapse nothing that has no writable entry.
  pages.store(sharing.inherited.lowerBound + 3, at: 0x10, 0xa0)
  if sharing != .before { try collapse(trial, pages) }
  try trial.expectIntact(pages, nil, "collapsed")
  for page in [0, 1, 255, 256, 511] { pages.store(page, 0xa1) }
  try child.turn("the child looks after the parent's stores")
  try child.turn("the child stores")
  try child.finish()
  try trial.expectIntact(pages)
}

private func collapse(_ trial: Trial, _ pages: Pages) throws(CaseEnd) {
  for attempt in 1...4 {
    do throws(Errno) {
      try pages.range.advise(.collapse)
      break
    } catch { trial.evidence("collapse_\(attempt)", error) }
    try trial.attempt("compact_memory", try System.drainPageLists())
  }
  try proveHuge(trial, pages, "collapsed memory")
}

@CaseList var collapses: [Case] {
  for sharing in CollapseSharing.allCases {
    Case(
      "cow.full-matrix/thp-collapse-\(sharing.rawValue)",
      "a collapse gives the process a huge page of its own",
      needs: [.transparentHugePages, .collapse, .root]
    ) { (trial) throws(CaseEnd) in try collapseKeepsApart(trial, sharing) }
  }
}
