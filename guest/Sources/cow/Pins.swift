import GuestKit
import LinuxMM
import UffdWP

/// Who stores to the pinned page after fork.
enum Writer {
  case child, parent
}

/// A page in a fixed buffer of io_uring stays the parent's through fork and stores: what the ring writes
/// out is the parent's current data, what it reads in is the parent's to see.
func fixedBuffer(_ trial: Trial, _ backing: Backing, _ writer: Writer) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial)
  let page = backing == .thp ? 5 : 1
  pages.fill()
  var ring = try trial.attempt("io_uring", try Ring())
  let buffer = AddressRange(start: pages.address(page), length: 512)
  try trial.attempt("IORING_REGISTER_BUFFERS", try ring.registerBuffer(buffer))
  let before = try frame(trial, pages, page)

  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    if writer == .child {
      try line.turn(pages.store(page, at: 0x23, 0xc1))
      pages.store(page, at: 0x1ff, 0xc2)
    } else {
      try line.turn(_ = pages.load(page))
    }
    try trial.expectIntact(pages, nil, "in the child after the first store")
    try line.turn(try trial.expectIntact(pages, nil, "in the child after the ring's transfers"))
  }
  if writer == .parent { pages.store(page, at: 0x23, 0xa1) }
  try child.turn("the child's access ends")
  try trial.expectIntact(pages, nil, "in the parent after the first store")
  try expectPinned(trial, &ring, pages, page, length: 64)
  pages.store(page, at: 0x33, 0xa3)
  try expectPinned(trial, &ring, pages, page, length: 64)
  try child.turn("the child looks again")
  try child.finish()
  try expectFrame(trial, pages, page, before)
  try trial.expectIntact(pages)
}

/// A pinned page that is protected, stored to and resolved is still the page that the pin is on.
func pinnedStore(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial)
  pages.fill()
  var ring = try trial.attempt("io_uring", try Ring())
  let buffer = AddressRange(start: pages.address(1), length: 512)
  try trial.attempt("IORING_REGISTER_BUFFERS", try ring.registerBuffer(buffer))
  let tracker = try Tracker(trial, of: pages)
  let before = try frame(trial, pages, 1)
  try trial.prove(before != 0, otherwise: "pagemap shows no frame numbers")
  try tracker.protect(pages)
  try trial.expectWriteFault(tracker, pages, 1, "a store", pages.store(1, at: 0x10, 0xb1))
  try expectFrame(trial, pages, 1, before)
  try expectPinned(trial, &ring, pages, 1, length: 64)
  try trial.expectWriteFault(tracker, pages, 2, "a store beside it", pages.store(2, 0xb2))
  try trial.expectIntact(pages)
}
