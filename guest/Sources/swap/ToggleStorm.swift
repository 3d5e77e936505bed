import GuestKit
import LinuxMM

/// Protecting, paging out and zapping again and again loses no store of a busy writer.
func toggleStorm(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  try trial.attempt("running on every CPU", try System.unpin())
  let pages = try backing.map(trial, pages: 16)
  let tracker = try Tracker(trial, of: pages)
  let tally = try trial.attempt(
    "mapping the tally", try Mapping(anonymous: 4096, .private).relinquish()
  ).start
  let stop = tally + 2048
  let first = pages.range.start
  let writer = try trial.attempt(
    "starting the writer",
    try Thread {
      while Memory.loadWord(stop) == 0 {
        for page in 0..<16 as Range<UInt64> {
          let place = first + page * 4096
          Memory.storeWord(place, Memory.loadWord(place) + 1)
          Memory.storeWord(tally + page * 8, Memory.loadWord(tally + page * 8) + 1)
        }
      }
    })
  let deadline = System.nanoseconds + 1_500_000_000
  var rounds = 0
  while rounds < 400 || tracker.log.count < 20, System.nanoseconds < deadline {
    try tracker.protect(pages)
    try trial.attempt("MADV_PAGEOUT", try pages.range.advise(.pageOut))
    if backing.isShared { try trial.attempt("MADV_DONTNEED", try pages.range.advise(.dontNeed)) }
    rounds += 1
  }
  Memory.storeWord(stop, 1)
  do throws(Errno) { try writer.join() } catch {
    throw .error("joining the writer failed with \(error)")
  }
  trial.evidence("rounds", rounds)
  trial.evidence("events", tracker.log.count)
  try trial.prove(tracker.log.count(.writeProtect) > 0, otherwise: "the writer met no protection")
  for page in 0..<16 as Range<UInt64> {
    let seen = Memory.loadWord(first + page * 4096)
    let expected = Memory.loadWord(tally + page * 8)
    try trial.expect(seen, equals: expected, "increments found in page \(page)")
  }
}
