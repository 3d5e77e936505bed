import GuestKit
import LinuxMM
import UffdWP

/// Unregistering wakes who waits for a missing page, and leaves a blocked writer to UFFDIO_WAKE.
func unregisterDoesNotWake(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let tracker = try Tracker(trial, of: pages, policy: .observing)
  try tracker.protect(pages, 0)
  let writer = try Writer(trial, to: pages.address(0, at: 0x123), 0x34)
  pages.note(0, at: 0x123, 0x34)
  try trial.expect(
    tracker.log.wait(for: 1), expected: "a fault of the writer", seen: "no event within 5 s")
  try writer.expectBlocked(trial, "before anything is done")
  try tracker.unregister(pages)
  try trial.expectCount(.writeProtected, in: pages, equals: 0, "after unregistering")
  try writer.expectBlocked(trial, "after unregistering")
  let range = pages.range(0)
  try tracker.call("UFFDIO_WAKE") { (uffd) throws(Errno) -> Void in try uffd.wake(range) }
  try writer.expectDone(trial, "after UFFDIO_WAKE")
  try trial.expectIntact(pages)

  let empty = try Backing.anon.map(trial)
  let second = try Tracker(trial, of: empty, for: .missing, policy: .observing)
  let filler = try Writer(trial, to: empty.address(0, at: 0x123), 0x35)
  try trial.expect(
    second.log.wait(for: 1), expected: "a missing fault", seen: "no event within 5 s")
  try filler.expectBlocked(trial, "on a missing page")
  try second.unregister(empty)
  try filler.expectDone(trial, "after unregistering the missing page")
}
