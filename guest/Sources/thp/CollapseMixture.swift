import GuestKit
import LinuxMM

/// What lies between the stored pages of an area that is to be collapsed.
enum Between: String, CaseIterable {
  case holes, zeros, swapped

  static var cases: [Case] {
    allCases.map { between in
      Case(
        "thp.collapse-takes/\(between.rawValue)",
        "a collapse takes what lies between stored pages along",
        needs: [.transparentHugePages, .collapse] + (between == .swapped ? [.swap] : [])
      ) { (trial) throws(CaseEnd) in try collapseTakes(trial, between) }
    }
  }

  /// What pagemap has of such a page.
  var letters: String {
    switch self {
    case .holes: "-"
    case .zeros: "P"
    case .swapped: "S"
    }
  }
}

/// MADV_COLLAPSE makes one huge page of stored pages and what lies between them.
private func collapseTakes(_ trial: Trial, _ between: Between) throws(CaseEnd) {
  let some = [0..<40, 90..<91, 200..<280, 511..<512]
  let others = [40..<90, 91..<200, 280..<511]
  let pages = try Backing.thp.map(trial, pages: perHuge)
  try trial.attempt("MADV_NOHUGEPAGE", try pages.range.advise(.noHugePage))
  for run in some { pages.fill(run) }
  for run in others {
    if between == .swapped {
      pages.fill(run)
      try trial.pageOut(pages, run)
    } else {
      for page in run {
        pages.note(page, fullOf: 0)
        if between == .zeros { pages.load(page) }
      }
    }
    try trial.expectPagemap(pages, run, between.letters, "between stored pages")
  }
  try trial.attempt("MADV_HUGEPAGE", try pages.range.advise(.hugePage))
  try trial.expectSuccess(of: "MADV_COLLAPSE", try pages.range.advise(.collapse))
  try trial.expectHuge(pages, 1, "after MADV_COLLAPSE")
  try trial.expectPagemap(pages, 0..<perHuge, "PX", "after MADV_COLLAPSE")
  try trial.expectIntact(pages, nil, "after MADV_COLLAPSE")
  pages.store(60, 0xb0)
  pages.store(90, 0xb1)
  try trial.expectHuge(pages, 1, "after stores")
  try trial.expectIntact(pages)
}

/// A page that its tracker is to be asked for is not filled by a collapse.
func collapseLeavesHole(_ trial: Trial) throws(CaseEnd) {
  let hole = 77
  let pages = try smallArea(trial, except: hole, isAdvised: false)
  let tracker = try Tracker(trial, of: pages, for: [.missing])
  try trial.attempt("MADV_HUGEPAGE", try pages.range.advise(.hugePage))
  do throws(Errno) {
    try pages.range.advise(.collapse)
  } catch {
    try trial.expect(
      error == .invalid || error == .busy, expected: "MADV_COLLAPSE with a hole: EINVAL or EBUSY",
      seen: "MADV_COLLAPSE with a hole: \(error)")
  }
  try trial.expectPagemap(pages, hole, "-", "after MADV_COLLAPSE")
  try trial.expectHuge(pages, 0, "with a hole")
  pages.note(hole, fullOf: FaultPolicy.copiedByte)
  try trial.expectEvents([.missing], tracker, "a load", _ = pages.load(hole))
  try trial.expectSuccess(of: "MADV_COLLAPSE of all pages", try pages.range.advise(.collapse))
  try trial.expectHuge(pages, 1, "of all pages")
  try trial.expectIntact(pages)
}
