import GuestKit
import LinuxMM

/// What the protected page of an area is, when the area is to be collapsed.
enum Guarded: String, CaseIterable {
  case present, swapped, marker

  static var cases: [Case] {
    allCases.map { guarded in
      var needs: [Requirement] = [.transparentHugePages, .collapse, .writeProtectAnon]
      if guarded == .swapped { needs.append(.swap) }
      if guarded == .marker { needs.append(.writeProtectUnpopulated) }
      return Case(
        "thp.collapse-refused-on-wp/\(guarded.rawValue)",
        "one protected page keeps an area from being collapsed", needs: needs
      ) { (trial) throws(CaseEnd) in try collapseRefused(trial, guarded) }
    }
  }
}

/// MADV_COLLAPSE refuses an area with a protected page, and takes it once that is lifted.
func collapseRefused(_ trial: Trial, _ guarded: Guarded) throws(CaseEnd) {
  let page = 77
  // Advised only when the page is protected: khugepaged, woken by the advice, must not come first.
  let pages = try smallArea(trial, except: guarded == .marker ? page : nil, isAdvised: false)
  let features: Userfaultfd.Features = guarded == .marker ? .writeProtectUnpopulated : []
  let tracker = try Tracker(trial, of: pages, features: features)
  try tracker.protect(pages, page)
  try trial.attempt("MADV_HUGEPAGE", try pages.range.advise(.hugePage))
  if guarded == .swapped { try trial.pageOut(pages, page..<(page + 1)) }
  let letters = guarded == .present ? "PXW" : "SW"
  try trial.expectPagemap(pages, page, letters, "before MADV_COLLAPSE")
  do throws(Errno) {
    try pages.range.advise(.collapse)
  } catch {
    // The marker is found by another check, which calls the area busy.
    try trial.expect(
      error == .invalid || (guarded == .marker && error == .busy),
      expected: "MADV_COLLAPSE: EINVAL", seen: "MADV_COLLAPSE: \(error)")
  }
  try trial.expectPagemap(pages, page, letters, "after MADV_COLLAPSE")
  try trial.expectHuge(pages, 0, "with a protected page")
  try trial.expectProtected(pages, "after MADV_COLLAPSE") { $0 == page }
  try trial.expectWriteFault(tracker, pages, page, "a store", pages.store(page, 0xa7))
  try trial.expectNoEvent(tracker, "a store beside it", pages.store(page + 1, 0xa8))

  try tracker.protect(pages, page)
  try tracker.unprotect(pages, page)
  try trial.expectSuccess(of: "MADV_COLLAPSE without protection", try pages.range.advise(.collapse))
  try trial.expectHuge(pages, 1, "without protection")
  try trial.expectWriteFaults(tracker, pages, "stores to the huge page") { _ in false }
  try trial.expectIntact(pages)
}

/// khugepaged passes an area with a protected page by, and takes it once that is lifted.
func khugepagedSkips(_ trial: Trial) throws(CaseEnd) {
  let folder = HugePages.settings + "khugepaged/"
  let count = try trial.attempt("pages_to_scan", try Knob(folder + "pages_to_scan", to: "4096"))
  defer { withExtendedLifetime(count) {} }
  let scan = try trial.attempt(
    "scan_sleep", try Knob(folder + "scan_sleep_millisecs", to: "10"))
  defer { withExtendedLifetime(scan) {} }
  let alloc = try trial.attempt(
    "alloc_sleep", try Knob(folder + "alloc_sleep_millisecs", to: "10"))
  defer { withExtendedLifetime(alloc) {} }
  let pages = try smallArea(trial, areas: 2)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 33)
  let second = AddressRange(start: pages.address(perHuge), length: Memory.hugePageSize)
  try trial.attempt("MADV_HUGEPAGE", try second.advise(.hugePage))
  try waitForHuge(trial, pages, 1, "khugepaged did not take the unprotected area in 8 s")
  // One more full round, so that the protected area was certainly looked at.
  let rounds = try fullScans(trial)
  let deadline = System.nanoseconds + Duration.seconds(8).scaledMilliseconds * 1_000_000
  while try fullScans(trial) < rounds + 2, System.nanoseconds < deadline {
    System.sleep(milliseconds: 5)
  }
  try trial.prove(try fullScans(trial) >= rounds + 2, otherwise: "khugepaged made no full round")
  try trial.expectHuge(pages, 1, "while one area has a protected page")
  try trial.expectProtected(pages, "after khugepaged's rounds") { $0 == 33 }
  try trial.expectWriteFault(tracker, pages, 33, "a store", pages.store(33, 0xa3))
  try waitForHuge(trial, pages, 2, "khugepaged did not take the area without protection in 8 s")
  try trial.expectWriteFaults(tracker, pages, "stores to huge pages") { _ in false }
  try trial.expectIntact(pages)
}

private func fullScans(_ trial: Trial) throws(CaseEnd) -> UInt64 {
  let text = try trial.attempt(
    "full_scans", try TextFile.read(HugePages.settings + "khugepaged/full_scans"))
  return text.utf8.reduce(0) { $1 >= 48 && $1 <= 57 ? $0 * 10 + UInt64($1 - 48) : $0 }
}

/// Waits until so many areas are huge; ends the case as unexercised when that does not come.
private func waitForHuge(_ trial: Trial, _ pages: Pages, _ count: Int, _ otherwise: String)
  throws(CaseEnd)
{
  let deadline = System.nanoseconds + Duration.seconds(8).scaledMilliseconds * 1_000_000
  while try pages.smaps(trial, "AnonHugePages") < UInt64(count) * hugeKibibytes {
    try trial.prove(System.nanoseconds < deadline, otherwise: otherwise)
    System.sleep(milliseconds: 5)
  }
}
