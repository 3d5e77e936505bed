import GuestKit
import LinuxMM

/// Protecting areas where not even a page table is yet marks every page.
func unpopulatedAreas(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.thp.map(trial, pages: 2 * perHuge)
  let tracker = try Tracker(trial, of: pages, features: .writeProtectUnpopulated)
  try tracker.protect(pages)
  try trial.expectPagemap(pages, 0..<pages.count, "SW", "protected while empty")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(700))
  try trial.expectProtected(pages, "after a load")
  try tracker.unprotect(pages, 0..<100)
  try trial.expectProtected(pages, "lifted in part") { $0 >= 100 }
  try trial.expectWriteFaults(tracker, pages, 90..<110, "stores") { $0 >= 100 }
  try trial.expectWriteFaults(tracker, pages, 690..<710, "stores to the other area")
  try trial.expectHuge(pages, 0, "with markers")
  try trial.expectIntact(pages)
}

/// A missing page is asked for, and no huge page comes in its place.
func missingAsks(_ trial: Trial) throws(CaseEnd) {
  _ = try hugeArea(trial)  // huge pages can be had
  let pages = try Backing.thp.map(trial, pages: perHuge)
  let tracker = try Tracker(trial, of: pages, for: [.missing, .writeProtect])
  pages.note(9, fullOf: FaultPolicy.copiedByte)
  try trial.expectEvents([.missing], tracker, "a store", pages.store(9, 0xa9))
  pages.note(10, fullOf: FaultPolicy.copiedByte)
  try trial.expectEvents([.missing], tracker, "a load", _ = pages.load(10))
  try trial.expectHuge(pages, 0, "filled by the tracker")
  try trial.expectCount(.present, in: pages, equals: 2, "filled by the tracker")
  try trial.expectIntact(pages, 9..<11)
}

/// A marker keeps a huge page from coming over it; next to it huge pages come as ever.
func markerBlocksHuge(_ trial: Trial) throws(CaseEnd) {
  _ = try hugeArea(trial)  // huge pages can be had
  let pages = try Backing.thp.map(trial, pages: 2 * perHuge)
  let tracker = try Tracker(trial, of: pages, features: .writeProtectUnpopulated)
  try tracker.protect(pages, 5)
  try trial.expectPagemap(pages, 5, "SW", "a marker")
  try trial.expectNoEvent(tracker, "a store beside the marker", pages.store(6, 0xa6))
  try trial.expectHuge(pages, 0, "after a store beside the marker")
  try trial.expectPagemap(pages, 5, "SW", "after a store beside it")
  try trial.expectWriteFault(tracker, pages, 5, "a store to the marker", pages.store(5, 0xa5))
  try trial.expectHuge(pages, 0, "after a store to the marker")
  try trial.expectNoEvent(tracker, "a store elsewhere", pages.store(perHuge, 0xa7))
  try trial.prove(
    try pages.smaps(trial, "AnonHugePages") == hugeKibibytes,
    otherwise: "no huge page came beside the markers")
  try trial.expectIntact(pages)
}

/// The huge zero page can be protected and split like any other.
func hugeZeroPage(_ trial: Trial) throws(CaseEnd) {
  let knob = try trial.attempt(
    "setting use_zero_page", try Knob(HugePages.settings + "use_zero_page", to: "1"))
  defer { withExtendedLifetime(knob) {} }
  let pages = try Backing.thp.map(trial, pages: perHuge)
  let tracker = try Tracker(trial, of: pages)
  pages.load(0)
  let present = try trial.count(.present, in: pages)
  try trial.prove(present == perHuge, otherwise: "a load mapped \(present) pages, not 512")
  try tracker.protect(pages)
  try trial.expectProtected(pages, "protected")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(100))
  try trial.expectWriteFault(tracker, pages, 5, "a store", pages.store(5, 0xa5))
  try trial.expectProtected(pages, "after a store") { $0 != 5 }
  try trial.expectCount(.present, in: pages, equals: perHuge, "after a store")
  try trial.expectWriteFault(tracker, pages, 6, "a store to the next", pages.store(6, 0xa6))
  try trial.expectWriteFaults(tracker, pages, 500..<512, "stores to the last pages")
  try trial.expectIntact(pages)
}
