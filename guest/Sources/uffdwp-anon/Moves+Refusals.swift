import GuestKit
import LinuxMM
import UffdWP

/// Memory that differs, is shared, or is nobody's target: nothing moves, and the answer says so.
func moveAreasRefused(_ trial: Trial) throws(CaseEnd) {
  let source = try Backing.anon.map(trial)
  source.fill()
  let target = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: target, for: .missing, policy: .observing)
  let shared = try Backing.shmem.map(trial)
  shared.fill()
  let readOnly = try Backing.anon.map(trial)
  readOnly.fill()
  try trial.attempt("mprotect", try readOnly.range.protect(.read))
  let locked = try Backing.anon.map(trial)
  locked.fill()
  try trial.attempt("mlock", try locked.range.lock())
  let size = Memory.pageSize
  let hole = target.range(0)
  let behind = AddressRange(start: target.address(3), length: 2 * size)
  let table: [(String, AddressRange, UInt64, UInt64, Errno, Bool)] = [
    ("from shared memory", hole, shared.address(0), 0, .invalid, true),
    ("from memory that may only be read", hole, readOnly.address(0), 0, .invalid, true),
    ("from locked memory to other", hole, locked.address(0), 0, .invalid, true),
    ("to memory that is not registered", source.range(1), source.address(0), 0, .invalid, true),
    ("across the target's end", behind, source.address(0), 0, .invalid, true),
    ("across the source's end", target.range(0..<2), source.address(3), 0, .invalid, true),
    ("from nowhere", hole, 64 << 30, 0, .noEntry, true),
    ("in mode 8", hole, source.address(0), 8, .invalid, false),
    ("from an unaligned address", hole, source.address(0, at: 1), 0, .invalid, false),
    (
      "of length 0", AddressRange(start: hole.start, length: 0), source.address(0), 0, .invalid,
      false
    ),
  ]
  for (what, range, from, mode, errno, isWritten) in table {
    try trial.expectRefused(
      try tracker.fill(.move, range, from: from, rawMode: mode), errno, isWritten: isWritten,
      "UFFDIO_MOVE " + what)
  }
  try trial.expectPagemap(target, 0..<4, "-", "after refused moves")
  for pages in [source, shared, readOnly, locked] {
    try trial.expectPagemap(pages, 0..<4, pages.backing.writtenLetters, "after refused moves")
    try trial.expectIntact(pages)
  }
  try trial.attempt("munlock", try locked.range.unlock())
  try trial.expectFilled(
    try tracker.fill(.move, hole, from: locked.address(0)), all: size,
    "UFFDIO_MOVE from memory that is no longer locked")
  try trial.expect(Memory.load(hole.start), equals: Pages.pattern(0), "what was moved")
}

/// A move stops at what is there, or is not, and says how far it came.
func movePartial(_ trial: Trial) throws(CaseEnd) {
  let source = try Backing.anon.map(trial, pages: 6)
  source.fill()
  try trial.attempt("MADV_DONTNEED", try source.range(2).advise(.dontNeed))
  source.note(2, fullOf: 0)
  let target = try Backing.anon.map(trial, pages: 6)
  target.store(5, 0x61)
  let tracker = try Tracker(trial, of: target, for: .missing, policy: .observing)
  let size = Memory.pageSize
  try trial.expectFilled(
    try tracker.fill(.move, target.range, from: source.address(0)), part: 2 * size,
    "UFFDIO_MOVE up to a hole")
  let fromHole = target.range(2..<4)
  try trial.expectRefused(
    try tracker.fill(.move, fromHole, from: source.address(2)), .noEntry, "UFFDIO_MOVE of a hole")
  let rest = target.range(2..<6)
  try trial.expectFilled(
    try tracker.fill(.move, rest, from: source.address(2), rawMode: 2), part: 3 * size,
    "UFFDIO_MOVE up to a page")
  try trial.expectRefused(
    try tracker.fill(.move, target.range(5), from: source.address(5)), .exists,
    "UFFDIO_MOVE onto a page")
  for page in [0, 1, 3, 4] {
    target.note(page, fullOf: Pages.pattern(page))
    try trial.expectPagemap(target, page, "PX", "moved")
    try trial.expectPagemap(source, page, "-", "where it was")
  }
  try trial.expectPagemap(target, 2, "-", "where a hole was moved to")
  try trial.expectPagemap(source, 5, "PX", "not moved")
  try trial.expectIntact(target, 0..<2)
  try trial.expectIntact(target, 3..<6)
  try trial.expectIntact(source, 5..<6)

  // Within one mapping, too.
  let own = try tracker.fill(.move, target.range(2), from: target.address(3))
  try trial.expectFilled(own, all: size, "UFFDIO_MOVE within a mapping")
  target.note(2, fullOf: Pages.pattern(3))
  try trial.expectPagemap(target, 2, "PX", "moved within a mapping")
  try trial.expectPagemap(target, 3, "-", "where it was")
  try trial.expectIntact(target, 2..<3)
}

/// A page moves neither onto a marker nor onto one in swap: both are somebody's.
func moveOntoEntries(_ trial: Trial) throws(CaseEnd) {
  let source = try Backing.anon.map(trial)
  source.fill()
  let target = try Backing.anon.map(trial)
  target.fill(2..<4)
  let tracker = try Tracker(
    trial, of: target, for: [.missing, .writeProtect], features: .writeProtectUnpopulated,
    policy: .observing)
  try tracker.protect(target, 0..<2)
  try trial.pageOut(target, 2..<4)
  try trial.expectPagemap(target, 0..<2, "SW", "markers")
  for (page, what) in [(1, "a marker"), (3, "a page in swap")] {
    try trial.expectRefused(
      try tracker.fill(.move, target.range(page), from: source.address(page)), .exists,
      "UFFDIO_MOVE onto " + what)
  }
  try trial.expectPagemap(target, 0..<2, "SW", "markers after a refused move")
  try trial.expectPagemap(target, 2..<4, "S", "in swap after a refused move")
  try trial.expectPagemap(source, 0..<4, "PX", "after refused moves")
  try trial.expectIntact(source)
  try trial.expectIntact(target, 2..<4)
}

/// A page that was shared stays where it is until a store makes it one's own again.
func moveSharedOnce(_ trial: Trial) throws(CaseEnd) {
  let source = try Backing.anon.map(trial)
  source.fill()
  try trial.inChild { (child) throws(CaseEnd) in try child.expectIntact(source) }
  let target = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: target, for: .missing, policy: .observing)
  try trial.expectRefused(
    try tracker.fill(.move, target.range(0), from: source.address(0)), .busy,
    "UFFDIO_MOVE of a page that a child shared")
  source.store(0, 0x62)
  let value = source.expected(0, at: 0)
  try trial.expectFilled(
    try tracker.fill(.move, target.range(0), from: source.address(0)), all: Memory.pageSize,
    "UFFDIO_MOVE of it after a store")
  target.note(0, fullOf: value)
  target.note(0, at: 0x123, 0x62)
  try trial.expectIntact(target, 0..<1)
  try trial.expectPagemap(source, 1..<4, "PX", "not moved")
}

/// A page in swap that a child shares stays where it is.
func moveSharedSwapped(_ trial: Trial) throws(CaseEnd) {
  let source = try Backing.anon.map(trial)
  source.fill()
  try trial.pageOut(source)
  let child = try trial.fork { (child, line) throws(CaseEnd) in
    try line.wait("the parent's move")
    try child.expectIntact(source)
  }
  let target = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: target, for: .missing, policy: .observing)
  try trial.expectRefused(
    try tracker.fill(.move, target.range(0), from: source.address(0)), .busy,
    "UFFDIO_MOVE of a page in swap that a child shares")
  try trial.expectPagemap(source, 0..<4, "S", "in swap after a refused move")
  try trial.expectPagemap(target, 0..<4, "-", "in the target after a refused move")
  try child.knock()
  try child.finish()
  try trial.expectIntact(source)
}

/// Nobody moves another process's pages: neither there nor from here.
func moveForeign(_ trial: Trial) throws(CaseEnd) {
  let target = try Backing.anon.map(trial)
  let source = try Backing.anon.map(trial)
  source.fill()
  let tracker = try Tracker(
    trial, of: target, for: .missing, features: .eventFork, policy: .observing)
  let child = try trial.fork { (child, line) throws(CaseEnd) in
    try line.knock()
    try line.wait("the parent's move")
    try child.expectPagemap(target, 0..<4, "-", "in the child, after a refused move")
    try child.expectIntact(source)
  }
  try child.wait("the child to be there")
  let theirs = try tracker.forked()
  try trial.expectRefused(
    try theirs.fill(.move, target.range(0), from: source.address(0)), .invalid, isWritten: false,
    "UFFDIO_MOVE through the child's userfaultfd")
  try trial.expectPagemap(target, 0..<4, "-", "in the parent, after a refused move")
  try child.knock()
  try child.finish()
  try trial.expectIntact(source)
}
