import GuestKit
import LinuxMM

/// MADV_POPULATE_READ maps the zero page, MADV_POPULATE_WRITE a page of one's own; errors are told.
func populateBasic(_ trial: Trial) throws(CaseEnd) {
  let tracksDirt = Requirement.softDirty.lacking() == nil
  let pages = try Backing.anon.map(trial, pages: 8)
  try trial.expectSuccess(of: "MADV_POPULATE_READ", try pages.range(0..<2).advise(.populateRead))
  try trial.expectPagemap(pages, 0..<2, "P", "populated for reading")
  try trial.expectSuccess(of: "MADV_POPULATE_WRITE", try pages.range(2..<4).advise(.populateWrite))
  try trial.expectPagemap(
    pages, 2..<4, tracksDirt ? "PXd" : "PX", "populated for writing", softDirty: tracksDirt)
  try trial.expectPagemap(pages, 4..<8, "-", "not populated")
  try trial.expectSuccess(of: "MADV_POPULATE_WRITE", try pages.range(0..<4).advise(.populateWrite))
  try trial.expectPagemap(pages, 0..<4, "PX", "populated for writing after reading")
  try trial.expectIntact(pages, 0..<4)

  let read = try Backing.anon.map(trial)
  try trial.attempt("mprotect", try read.range.protect(.read))
  try trial.expect(
    .invalid, from: "MADV_POPULATE_WRITE on a read-only mapping",
    try read.range.advise(.populateWrite))
  try trial.attempt("mprotect", try read.range.protect([]))
  try trial.expect(
    .invalid, from: "MADV_POPULATE_READ on an inaccessible mapping",
    try read.range.advise(.populateRead))
  try trial.attempt("munmap", try pages.range(6).unmap())
  try trial.expect(
    .noMemory, from: "MADV_POPULATE_READ over a hole", try pages.range(4..<8).advise(.populateRead))
  try trial.expectPagemap(pages, 4..<6, "P", "populated before the hole")
}
