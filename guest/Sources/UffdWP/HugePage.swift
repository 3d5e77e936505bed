public import GuestKit

/// Maps one transparent huge page, filled, and proves that it is one.
public func mapHuge(_ trial: Trial) throws(CaseEnd) -> Pages {
  let pages = try Backing.thp.map(trial, pages: 512)
  pages.fill()
  try proveHuge(trial, pages, "filled memory")
  return pages
}

/// Ends the case as unexercised unless all of the pages are one transparent huge page.
public func proveHuge(_ trial: Trial, _ pages: Pages, _ what: String) throws(CaseEnd) {
  let huge = try pages.smaps(trial, "AnonHugePages")
  try trial.prove(huge == 2048, otherwise: what + " has \(huge) of 2048 kB in huge pages")
}
