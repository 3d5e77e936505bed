import GuestKit
import LinuxMM

/// Registering again with fewer modes takes none away.
func modeUnion(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: pages, for: .writeProtect)
  try tracker.register(pages, for: [.missing, .writeProtect])
  try tracker.register(pages, for: .writeProtect)
  let smaps = try trial.attempt("reading smaps", try Smaps(pages.range))
  try trial.expect(
    smaps.allHave(flag: "um") && smaps.allHave(flag: "uw"), expected: "um and uw in VmFlags",
    seen: "one is gone")
  try trial.expectEvents([.missing], tracker, "a load from a missing page", _ = pages.load(0))
}

/// Nobody unregisters what another tracker registered.
func foreignUnregister(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let owner = try Tracker(trial, of: pages)
  let other = try Tracker(trial)
  let range = pages.range
  let error = try other.errno { (uffd) throws(Errno) -> Void in try uffd.unregister(range) }
  try trial.expect(error, equals: .invalid, "UFFDIO_UNREGISTER through another userfaultfd")
  try owner.protect(pages, 0)
  try trial.expectWriteFault(owner, pages, 0, "a store afterwards", pages.store(0, 0x36))
}

/// One call protects two neighbouring mappings, and skips a hole between two others.
func severalMappings(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  // A mapping of its own for the second half, just as writable.
  try trial.attempt("MADV_DONTFORK", try pages.range(2..<4).advise(.dontFork))
  let count = try trial.attempt("reading smaps", try Smaps(pages.range)).count
  try trial.prove(count == 2, otherwise: "the pages are \(count) mappings instead of 2")
  let tracker = try Tracker(trial, of: pages)
  try expectProtected(trial, tracker, pages, [0, 1, 2, 3], "over two neighbouring mappings")

  let torn = try Backing.anon.map(trial)
  torn.fill()
  let second = try Tracker(trial, of: torn)
  try trial.attempt("munmap", try torn.range(1..<3).unmap())
  try expectProtected(trial, second, torn, [0, 3], "over a hole")
}

private func expectProtected(
  _ trial: Trial, _ tracker: Tracker, _ pages: Pages, _ there: [Int], _ what: String
) throws(CaseEnd) {
  let range = pages.range
  let error = try tracker.errno { (uffd) throws(Errno) -> Void in try uffd.writeProtect(range) }
  try trial.expect(error, equals: nil, "UFFDIO_WRITEPROTECT " + what)
  for page in there {
    try trial.expectPagemap(pages, page, "PXW", what)
    try trial.expectWriteFault(tracker, pages, page, "a store " + what, pages.store(page, 0x37))
  }
}

/// A range whose tail is not registered is refused, and what was protected before says so truly.
func partialTail(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  pages.fill()
  let tracker = try Tracker(trial)
  let registered = pages.range(0..<2)
  let range = pages.range
  try tracker.call("UFFDIO_REGISTER") { (uffd) throws(Errno) -> Void in
    try uffd.register(registered, for: .writeProtect)
  }
  let error = try tracker.errno { (uffd) throws(Errno) -> Void in try uffd.writeProtect(range) }
  try trial.expect(error, equals: .noEntry, "UFFDIO_WRITEPROTECT with an unregistered tail")
  try trial.expectPagemap(pages, 2..<4, "PX", "the unregistered tail")
  guard trial.showsWriteProtect else {
    return try trial.expectNoEvent(tracker, "a store to the tail", pages.store(2, 0x38))
  }
  // Kernels that walk several mappings (6.4) have protected the head by then, older ones nothing.
  let isHeadProtected = try pages.bits(trial, 0).contains(.writeProtected)
  trial.evidence("head_protected", isHeadProtected)
  let kinds: [FaultEvent.Kind] = isHeadProtected ? [.writeProtect] : []
  try trial.expectEvents(kinds, tracker, "a store to the head", pages.store(0, 0x39))
  try trial.expectNoEvent(tracker, "a store to the tail", pages.store(2, 0x38))
  try trial.expectIntact(pages)
}

/// Without `WP_UNPOPULATED` a page that does not exist cannot be protected, and nothing remembers it.
func unpopulatedDefault(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<2)
  try trial.expectPagemap(pages, 0..<4, "-", "protected while empty, without WP_UNPOPULATED")
  try trial.expectNoEvent(tracker, "a store", pages.store(0, 0x3a))
  try trial.expectPagemap(pages, 0, "PX", "after the store")
  try trial.expectIntact(pages)
}

/// An event names the thread that faulted, if asked to, and nobody otherwise.
func threadID(_ trial: Trial) throws(CaseEnd) {
  for (features, expected) in [
    (.threadID, System.threadID), ([], 0),
  ] as [(Userfaultfd.Features, Int32)] {
    let pages = try Backing.anon.map(trial)
    pages.fill()
    let tracker = try Tracker(trial, of: pages, features: features)
    try tracker.protect(pages, 0)
    try trial.expectWriteFault(tracker, pages, 0, "a store", pages.store(0, 0x3b))
    guard case .fault(let fault) = tracker.log.events().first else { return }
    try trial.expect(
      Int(fault.thread), equals: Int(expected), "the thread in the event with \(features)")
  }
}
