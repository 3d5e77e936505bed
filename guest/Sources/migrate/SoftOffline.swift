import GuestKit
import LinuxMM
import UffdWP

/// A page whose memory is taken out of service moves elsewhere first, with its content and its protection.
func softOffline(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  guard backing.isHugetlb else { return try offlineOne(trial, backing) }
  try LostMemory.restoringPool(trial) { (child) throws(CaseEnd) in try offlineOne(child, backing) }
}

private func offlineOne(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, backing == .thp ? 0..<512 : 0..<3)
  let isProtected: (Int) -> Bool = { backing == .thp || $0 < 3 }
  let before = try frame(trial, pages, 1)
  try trial.prove(before != 0, otherwise: "pagemap shows no frame numbers")
  for attempt in 1...4 where try frame(trial, pages, 1) == before {
    try trial.attempt("compact_memory", try System.drainPageLists())
    do throws(Errno) { try pages.range(1).advise(.softOffline) } catch {
      trial.evidence("offline_\(attempt)", error)
    }
  }
  try trial.prove(
    try frame(trial, pages, 1) != before, otherwise: "the page stays after 4 MADV_SOFT_OFFLINE")
  try trial.expectProtected(pages, "offlined", where: isProtected)
  try trial.expectIntact(pages, nil, "offlined")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(1))
  try trial.expectWriteFaults(tracker, pages, 0..<4, "stores after it", at: isProtected)
  try trial.expectIntact(pages)
}
