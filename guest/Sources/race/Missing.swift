import GuestKit
import LinuxMM

/// Readers beside somebody who throws pages away: each load shows what the handler put there, never a fresh zero.
func missing(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  trial.evidence("seed", trial.seed)
  try trial.attempt("running on every CPU", try System.unpin())
  let pages = try backing.map(trial, pages: backing.isHugetlb ? 4 : 32)
  let tracker = try Tracker(trial, of: pages, for: .missing)
  let board = try trial.attempt(
    "mapping the board", try Mapping(anonymous: Memory.pageSize, .shared).relinquish()
  ).start
  let (first, size, count) = (pages.address(0), pages.pageSize, pages.count)
  let wanted = UInt64(FaultPolicy.copiedByte) &* 0x0101_0101_0101_0101
  for reader in 0..<2 as Range<UInt64> {
    let seed = trial.seed &+ reader
    do throws(Errno) {
      _ = try Thread {
        var numbers = SeededNumbers(seed)
        while Memory.loadWord(board) == 0 {
          let page = UInt64(numbers.next(below: count))
          let seen = Memory.loadWord(first + page * size + 8 * UInt64(numbers.next(below: 512)))
          if seen != wanted { Memory.storeWord(board + 32, seen | 1 << 63) }
        }
        Memory.storeWord(board + 8 + reader * 8, 1)
      }
    } catch { throw .error("starting a reader failed with \(error)") }
  }
  var numbers = SeededNumbers(trial.seed &+ 7)
  let deadline = System.nanoseconds + RaceTime.most.scaledMilliseconds * 1_000_000
  let least = System.nanoseconds + RaceTime.least * 1_000_000
  let advice = backing.isShared ? Advice.remove : .dontNeed
  var thrown = 0
  while System.nanoseconds < least || (tracker.log.count < 50 && System.nanoseconds < deadline) {
    let part = pages.range(numbers.part(of: 0..<count))
    try trial.quietly("MADV_\(advice.name)") { () throws(Errno) in try part.advise(advice) }
    thrown += 1
  }
  Memory.storeWord(board, 1)
  try expectReadersEnd(trial, board)
  trial.evidence("thrown_away", thrown)
  trial.evidence("faults", tracker.log.count)
  let wrong = Memory.loadWord(board + 32)
  try trial.expect(
    wrong == 0, expected: "every load shows 0x\(hex(wanted)), what was copied",
    seen: "a load showed 0x\(hex(wrong & ~(1 << 63)))")
  try trial.prove(tracker.log.count > 1, otherwise: "no page was missing")
}

private func expectReadersEnd(_ trial: Trial, _ board: UInt64) throws(CaseEnd) {
  let deadline = System.nanoseconds + Duration.seconds(5).scaledMilliseconds * 1_000_000
  while Memory.loadWord(board + 8) == 0 || Memory.loadWord(board + 16) == 0 {
    try trial.expect(
      System.nanoseconds < deadline, expected: "the readers go on when their faults are resolved",
      seen: "one is still blocked 5 s later")
    System.sleep(milliseconds: 1)
  }
}
