import GuestKit
import LinuxMM

/// Slots that held pages of zeros hold data next time: a small area, so that some are used again.
func zeroSlotsReused(_ trial: Trial) throws(CaseEnd) {
  let area = try ownSwapArea(trial, bytes: 8 << 20)
  let count = 1200
  let zeros = try Backing.anon.map(trial, pages: count)
  for page in 0..<count { zeros.store(page, 0) }
  try trial.pageOut(zeros)
  try trial.prove(try used(trial, area) > 1024, otherwise: "the zeros went to another swap area")
  try trial.expectIntact(zeros, 0..<8, "of zeros")
  try trial.attempt("MADV_DONTNEED", try zeros.range.advise(.dontNeed))
  let pages = try Backing.anon.map(trial, pages: count)
  pages.fill()
  try trial.pageOut(pages)
  try trial.prove(try used(trial, area) > 1024, otherwise: "the data went to another swap area")
  try trial.expectIntact(pages, nil, "in slots that may have held zeros")
}
