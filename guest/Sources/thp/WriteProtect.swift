import GuestKit
import LinuxMM

/// Protected and resolved as a whole, a huge page stays huge; resolved in part, it is split.
func wholeStaysHuge(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial, huge: 2)
  let tracker = try Tracker(trial, pageSize: Memory.hugePageSize)
  try tracker.register(pages)
  try tracker.protect(pages, 0..<perHuge)
  try trial.expectHuge(pages, 2, "after protecting one whole")
  try trial.expectPagemap(pages, 0..<perHuge, "PXW", "protected as a whole")
  try trial.expectPagemap(pages, perHuge..<pages.count, "PX", "in the other huge page")
  try trial.expectNoEvent(tracker, "a load", _ = pages.load(5))
  try trial.expectNoEvent(tracker, "a store to the other", pages.store(perHuge, 0xa0))
  try trial.expectWriteFault(tracker, pages, 5, "a store", pages.store(5, 0xa1))
  try trial.expectHuge(pages, 2, "after resolving the whole")
  try trial.expectProtected(pages, "after resolving the whole") { _ in false }
  try trial.expectNoEvent(tracker, "a store to the next page", pages.store(6, 0xa2))
  try tracker.protect(pages, 0..<perHuge)
  try trial.expectWriteFault(tracker, pages, 511, "a store to the last", pages.store(511, 0xa3))
  try trial.expectNoEvent(tracker, "a store to the first", pages.store(0, 0xa4))
  try trial.expectHuge(pages, 2, "protected and resolved twice")
  try trial.expectIntact(pages)
}

/// Resolving one page of a protected huge page splits it and leaves the other 511 protected.
func wholeResolvedInPart(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.expectWriteFault(tracker, pages, 5, "a store", pages.store(5, 0xa1))
  try trial.expectHuge(pages, 0, "after resolving one page")
  try trial.expectPagemap(pages, 5, "PX", "the resolved page")
  try trial.expectProtected(pages, "after resolving one page") { $0 != 5 }
  try trial.expectCount(.present, in: pages, equals: perHuge, "after the split")
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 != 5 }
  try trial.expectIntact(pages)
}

/// Protecting one page of a huge page splits it and protects nothing else.
func partialSplits(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial, huge: 2)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 7)
  try trial.expectHuge(pages, 1, "after protecting one page")
  try trial.expectPagemap(pages, 7, "PXW", "the protected page")
  try trial.expectProtected(pages, "after protecting one page") { $0 == 7 }
  try trial.expectNoEvent(tracker, "a store before it", pages.store(6, 0xa6))
  try trial.expectNoEvent(tracker, "a store after it", pages.store(8, 0xa8))
  try trial.expectNoEvent(tracker, "a store to the other huge page", pages.store(600, 0xa9))
  try trial.expectWriteFault(tracker, pages, 7, "a store to it", pages.store(7, 0xa7))
  // A range that ends within one huge page and begins within the other.
  try tracker.protect(pages, 510..<514)
  try trial.expectHuge(pages, 0, "after protecting across both")
  try trial.expectProtected(pages, "after protecting across both") { (510..<514).contains($0) }
  try trial.expectWriteFaults(tracker, pages, "a store to each page") {
    (510..<514).contains($0)
  }
  try trial.expectIntact(pages)
}

/// mprotect over a whole huge page neither splits it nor touches its protection.
func mprotectWhole(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial, huge: 2)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<perHuge)
  try trial.attempt("mprotect to read-only", try pages.range.protect(.read))
  try trial.expectProtected(pages, "read-only") { $0 < perHuge }
  try trial.attempt("mprotect to nothing", try pages.range.protect([]))
  try trial.attempt("mprotect to read-write", try pages.range.protect(.readWrite))
  try trial.expectHuge(pages, 2, "after mprotect")
  try trial.expectProtected(pages, "read-write again") { $0 < perHuge }
  try trial.expectNoEvent(tracker, "a store to the unprotected one", pages.store(perHuge, 0xb0))
  try trial.expectWriteFault(tracker, pages, 0, "a store", pages.store(0, 0xb1))
  try trial.expectIntact(pages)
}

/// A huge page that is zapped as a whole takes its protection along.
func zapWhole(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  try trial.attempt("MADV_DONTNEED", try pages.range.advise(.dontNeed))
  for page in 0..<perHuge { pages.note(page, fullOf: 0) }
  try trial.expectPagemap(pages, 0..<perHuge, "-", "after MADV_DONTNEED")
  try trial.expectNoEvent(tracker, "a store", pages.store(9, 0xb2))
  try trial.expectProtected(pages, "after a store") { _ in false }
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { _ in false }
  try trial.expectIntact(pages)
}

/// Unregistering, or closing, frees a huge page of its protection without splitting it.
func unregisterClears(_ trial: Trial, closing: Bool) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  if closing { try tracker.close() } else { try tracker.unregister(pages) }
  try trial.expectProtected(pages, "no longer registered") { _ in false }
  try trial.expectHuge(pages, 1, "no longer registered")
  let next = try Tracker(trial, of: pages)
  try trial.expectWriteFaults(next, pages, "stores under the next tracker") { _ in false }
  try trial.expectHuge(pages, 1, "after the stores")
  try trial.expectIntact(pages)
}

/// read(2) into a protected huge page is reported as a store is.
func kernelWrite(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages)
  let file = try trial.attempt("a memory file", try Descriptor(memoryFileOfSize: 4096))
  try trial.attempt("filling it", try file.write([0xc1, 0xc2], at: 0))
  var count = 0
  try trial.expectWriteFault(
    tracker, pages, 100, "read(2)",
    count = try trial.attempt(
      "read(2)", try file.read(into: pages.address(100, at: 0x123), length: 1)))
  try trial.expect(count, equals: 1, "bytes read into the page")
  pages.note(100, at: 0x123, 0xc1)
  try trial.expectProtected(pages, "after read(2)") { $0 != 100 }
  let sink = try trial.attempt("a memory file", try Descriptor(memoryFileOfSize: 4096))
  try trial.expectNoEvent(
    tracker, "write(2) from a protected page",
    count = try trial.attempt(
      "write(2)", try sink.write(from: pages.address(101), length: 4096)))
  try trial.expect(count, equals: 4096, "bytes written from the page")
  try trial.expectIntact(pages)
}

/// Asynchronously protected, a huge page is split by a store, and only that page counts as written.
func asyncWriteSplits(_ trial: Trial) throws(CaseEnd) {
  let pages = try hugeArea(trial, huge: 2)
  let tracker = try Tracker(trial, of: pages, features: .writeProtectAsync)
  try tracker.protect(pages)
  try trial.expectHuge(pages, 2, "protected")
  try trial.expectWritten(pages, [], "protected")
  try trial.expectNoEvent(tracker, "a store", pages.store(5, 0xa5))
  try trial.expectHuge(pages, 1, "after a store to one")
  try trial.expectProtected(pages, "after a store") { $0 != 5 }
  try trial.expectWritten(pages, [5], "after a store")
  try trial.expectWritten(pages, [5], "after a store", protecting: true)
  try trial.expectWritten(pages, [], "after protecting again")
  try trial.expectNoEvent(tracker, "a store to the other", pages.store(1023, 0xa6))
  try trial.expectWritten(pages, [1023], "after a store to the other")
  try trial.expectIntact(pages)
}
