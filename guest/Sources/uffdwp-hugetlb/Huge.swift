import GuestKit
import LinuxMM

/// Ranges that are not whole huge pages are refused, and nothing happens to the page they lie in.
func subpage(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.hugetlb.map(trial, pages: 3)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 1)
  let page = pages.address(1)
  let huge = Memory.hugePageSize
  let base = Memory.pageSize
  let wrong = [
    AddressRange(start: page, length: base), AddressRange(start: page + base, length: base),
    AddressRange(start: page + base, length: huge),
    AddressRange(start: page, length: huge + base),
    AddressRange(start: page - base, length: huge + base),
  ]
  for range in wrong {
    for protects in [true, false] {
      let error = try tracker.errno { (uffd) throws(Errno) -> Void in
        if protects { try uffd.writeProtect(range) } else { try uffd.unprotect(range) }
      }
      try trial.expect(
        error, equals: .invalid, protects ? "protecting part of a page" : "lifting part of a page")
    }
    try trial.expectPagemap(pages, 0, "PFX", "before the page")
    try trial.expectPagemap(pages, 1, "PFXW", "after a refused range")
    try trial.expectPagemap(pages, 2, "PFX", "behind the page")
  }
  try trial.expectWriteFault(tracker, pages, 1, "a store", pages.store(1, 0x11))
  try trial.expectNoEvent(tracker, "a store before it", pages.store(0, 0x12))
  try trial.expectNoEvent(tracker, "a store behind it", pages.store(2, 0x13))
  try trial.expectIntact(pages)
}

/// Registering a range that is not whole huge pages is refused.
func registerAlignment(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.hugetlb.map(trial, pages: 2)
  let tracker = try Tracker(trial, pageSize: pages.pageSize)
  let start = pages.address(0)
  let huge = Memory.hugePageSize
  let base = Memory.pageSize
  let wrong = [
    AddressRange(start: start + base, length: huge), AddressRange(start: start, length: base),
    AddressRange(start: start, length: huge + base),
    AddressRange(start: start + base, length: huge - base),
  ]
  for range in wrong {
    let error = try tracker.errno { (uffd) throws(Errno) -> Void in
      try uffd.register(range, for: .missing)
    }
    try trial.expect(error, equals: .invalid, "registering part of a huge page")
  }
  let flagged = try trial.attempt("reading smaps", try Smaps(pages.range)).anyHas(flag: "um")
  try trial.expect(!flagged, expected: "no um in VmFlags after refusals", seen: "um")
  try tracker.register(pages, for: .missing)
}

/// Unregistering a range that is not whole huge pages is refused, and leaves their protection.
func unregisterAlignment(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.hugetlb.map(trial, pages: 2)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  let half = Memory.hugePageSize / 2
  let parts = [
    AddressRange(start: pages.address(0), length: half),
    AddressRange(start: pages.address(0) + half, length: half),
    AddressRange(start: pages.address(0), length: Memory.hugePageSize + half),
  ]
  for part in parts {
    let error = try tracker.errno { (uffd) throws(Errno) -> Void in try uffd.unregister(part) }
    try trial.expect(error, equals: .invalid, "unregistering part of a huge page")
  }
  try trial.expectPagemap(pages, 0..<2, "PFXW", "after refused calls")
  try trial.expectWriteFaults(tracker, pages, "stores after refused calls")
  try trial.expectIntact(pages)
}
