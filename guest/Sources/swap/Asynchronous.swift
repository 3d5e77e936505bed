import GuestKit
import LinuxMM

/// Asynchronous protection: what was written before, between and after trips to swap, and only that.
func asyncKeepsWritten(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  let plain = backing.writtenLetters
  let tracker = try Tracker(trial, of: pages, features: .writeProtectAsync)
  try tracker.protect(pages)
  try trial.expectNoEvent(tracker, "a store before", pages.store(7, 0xa7))
  try trial.pageOut(pages)
  try trial.expectPagemap(pages, 0..<7, "SW", "out")
  try trial.expectPagemap(pages, 7, backing.swappedLetters, "written, out")
  try trial.expectWritten(pages, [7], "while out")

  try trial.expectNoEvent(tracker, "a load", _ = pages.load(0))
  try trial.expectPagemap(pages, 0, plain + "W", "read back in")
  try trial.expectNoEvent(tracker, "a store to a page in", pages.store(0, 0xa0))
  try trial.expectNoEvent(tracker, "a store to a page out", pages.store(1, 0xa1))
  try trial.expectPagemap(pages, 0..<2, plain, "written")
  try trial.expectPagemap(pages, 2..<7, "SW", "not written")
  try trial.expectWritten(pages, [0, 1, 7], "after stores")
  try trial.pageOut(pages, 0..<2)
  try trial.expectPagemap(pages, 0..<2, backing.swappedLetters, "written, out again")
  try trial.expectWritten(pages, [0, 1, 7], "out again")
  try trial.expectIntact(pages)
  try trial.expectWritten(pages, [0, 1, 7], "all in")
}

/// PAGEMAP_SCAN protects pages that are out as it reports them, atomically.
func scanProtectsWhileOut(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  pages.fill()
  let tracker = try Tracker(trial, of: pages, features: .writeProtectAsync)
  try trial.pageOut(pages)
  try trial.expectWritten(pages, [0, 1, 2, 3, 4, 5, 6, 7], "first scan", protecting: true)
  try trial.expectPagemap(pages, 0..<8, "SW", "protected by the scan while out")
  try trial.expectWritten(pages, [], "second scan", protecting: true)
  try trial.expectNoEvent(tracker, "a store to a page out", pages.store(3, 0xb3))
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(5))
  try trial.expectNoEvent(tracker, "a store to a page in", pages.store(5, 0xb5))
  try trial.expectWritten(pages, [3, 5], "after two stores")
  try trial.expectWritten(pages, [3, 5], "third scan", protecting: true)
  try trial.expectWritten(pages, [], "fourth scan")
  try trial.expectIntact(pages)
}
