import GuestKit
import LinuxMM

/// Address space around a mapping, so that nothing but the case decides about neighbours.
struct Reservation {
  let range: AddressRange

  init(_ trial: Trial, pages: UInt64 = 16) throws(CaseEnd) {
    range = try trial.attempt(
      "reserving address space",
      try Mapping(anonymous: pages * Memory.pageSize, .shared, protection: []).relinquish())
  }

  /// Maps anonymous memory over some pages of the reservation.
  func map(
    _ trial: Trial, _ some: Range<UInt64>, _ protection: Mapping.Protection = .readWrite
  ) throws(CaseEnd) -> Pages {
    let length = UInt64(some.count) * Memory.pageSize
    let made = try trial.attempt(
      "mmap",
      try Mapping(
        anonymous: length, .private, at: address(some.lowerBound), protection: protection
      ).relinquish())
    return Pages(.anon, at: made)
  }

  func address(_ page: UInt64) -> UInt64 { range.start + page * Memory.pageSize }
}

/// A new mapping that merges with a clean one makes all of it soft-dirty, as documented.
func newNeighbourDirties(_ trial: Trial) throws(CaseEnd) {
  let space = try Reservation(trial)
  let pages = try space.map(trial, 4..<8)
  pages.fill()
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  let far = try space.map(trial, 12..<14)
  try trial.expectClean(pages, "after a mapping far away")
  try trial.expectAllDirty(far, "in a mapping far away")
  let next = try space.map(trial, 8..<10)
  let both = AddressRange(start: pages.range.start, length: 6 * Memory.pageSize)
  let areas = try trial.attempt("reading smaps", try Smaps(both))
  try trial.prove(areas.count == 1, otherwise: "\(areas.count) areas: the new one did not merge")
  try trial.expect(areas.allHave(flag: "sd"), expected: "sd in VmFlags", seen: "no sd")
  try trial.expectAllDirty(next, "in the new mapping")
  try trial.expectAllDirty(pages, "in the area that it merged with")
  try trial.expectIntact(pages)

  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  pages.store(1, 0xa1)
  try trial.expectDirty(pages, "after a store to 1") { $0 == 1 }
  try trial.expectClean(next, "after a store beside it")
}

/// A mapping in the place of an old one is soft-dirty, page by page, before and after it is touched.
func newMappingDirty(_ trial: Trial) throws(CaseEnd) {
  let space = try Reservation(trial)
  let old = try space.map(trial, 4..<8)
  old.fill()
  try trial.clearSoftDirty()
  try trial.expectClean(old, "after clear_refs")
  let new = try space.map(trial, 4..<8)
  try trial.expectAllDirty(new, "untouched, in the place of a clean mapping")
  new.load(0)
  new.store(1, 0xa1)
  try trial.expectAllDirty(new, "in the place of a clean mapping")
  try trial.expectIntact(new)
}

/// A new mapping is soft-dirty where it has no page tables yet, and a store there is noticed after clear_refs.
func newTablesDirty(_ trial: Trial) throws(CaseEnd) {
  // Three page tables at least are all within it.
  let pages = try Backing.anon.map(trial, pages: 4 * perHuge)
  try trial.expectAllDirty(pages, "in a new mapping without page tables")
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs, without page tables")
  pages.store(2 * perHuge, 0xa2)
  try trial.expectDirty(pages, "after one store") { $0 == 2 * perHuge }
  try trial.expectIntact(pages, (2 * perHuge - 1)..<(2 * perHuge + 2))
}

/// An area that took in a dirty one is dirty: nothing of what was new may look old.
func mergeLosesNothing(_ trial: Trial, byMoving: Bool) throws(CaseEnd) {
  let all: Mapping.Protection = [.read, .write, .execute]
  let space = try Reservation(trial)
  let old = try space.map(trial, 4..<5)
  try trial.clearSoftDirty()
  try trial.expectClean(old, "after clear_refs")
  let new = try space.map(trial, byMoving ? 8..<9 : 5..<6, byMoving ? .readWrite : all)
  try trial.expectAllDirty(new, "in a new mapping")
  if byMoving {
    try new.move(trial, to: space.address(5))
  } else {
    try trial.attempt("mprotect", try old.range.protect(all))
  }
  let both = AddressRange(start: old.range.start, length: 2 * Memory.pageSize)
  let areas = try trial.attempt("reading smaps", try Smaps(both))
  try trial.prove(areas.count == 1, otherwise: "\(areas.count) areas: they did not merge")
  try trial.expectAllDirty(old, "of the clean one, merged with a dirty one")
  try trial.expectAllDirty(new, "of the dirty one, merged with a clean one")
}

/// Splitting an area by mprotect and joining it again makes nothing dirty, and hides no later store.
func splitAndMerge(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  try trial.clearSoftDirty()
  pages.store(5, 0xa5)
  let middle = pages.range(2..<4)
  try trial.attempt("mprotect", try middle.protect(.read))
  let parts = try trial.attempt("reading smaps", try Smaps(pages.range)).count
  try trial.prove(parts == 3, otherwise: "\(parts) areas after mprotect of the middle, not 3")
  try trial.expectDirty(pages, "after mprotect of the middle") { $0 == 5 }
  try trial.attempt("mprotect", try middle.protect(.readWrite))
  let merged = try trial.attempt("reading smaps", try Smaps(pages.range)).count
  try trial.prove(merged == 1, otherwise: "\(merged) areas after mprotect back, not 1")
  try trial.expectDirty(pages, "after mprotect back") { $0 == 5 }

  try trial.expectIntact(pages)
  pages.store(2, 0xb2)
  pages.store(7, 0xb7)
  try trial.expectDirty(pages, "after stores to 2 7") { $0 == 5 || $0 == 2 || $0 == 7 }
  try trial.expectIntact(pages)
  try trial.clearSoftDirty()
  pages.store(3, 0xb3)
  try trial.expectDirty(pages, "after clear_refs and a store to 3") { $0 == 3 }
}

/// What clear_refs takes and refuses; only 4 touches soft-dirty.
func clearRefsArguments(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  try trial.clearSoftDirty()
  pages.store(1, 0xa1)
  for text in ["0", "6", "-1", "x", "4x", "99999999999"] {
    var seen: Errno?
    do throws(Errno) { try SoftDirty.write(text) } catch { seen = error }
    let isRange = text.utf8.count > 3
    try trial.expect(seen, equals: isRange ? Errno(34) : .invalid, "clear_refs < \"\(text)\"")
    try trial.expectDirty(pages, "after a refused \"\(text)\"") { $0 == 1 }
  }
  for text in ["1", "2", "3", "5"] {
    try trial.expectSuccess(of: "clear_refs < \"\(text)\"", try SoftDirty.write(text))
    try trial.expectDirty(pages, "after \"\(text)\"") { $0 == 1 }
  }
  for text in ["4", "4\n", " 4 "] {
    pages.store(1, 0xa2)
    try trial.expectDirty(pages, "after a store to 1") { $0 == 1 }
    try trial.expectSuccess(of: "clear_refs < \"\(text)\"", try SoftDirty.write(text))
    try trial.expectClean(pages, "after \"\(text)\"")
  }
  try trial.expectIntact(pages)
}
