import GuestKit
import GuestProtocol
import LinuxMM

/// What a swap file, compressed memory and zswap have to keep alike.
enum SwapKind {
  static var cases: [Case] {
    var cases: [Case] = []
    for type in ["ext4", "xfs", "btrfs"] {
      cases += Case.each(
        "swap-fs.swapfile-" + type, "pages go out to a file and come back with their protection",
        on: [.anon, .shmem], needs: [.root, .disk(type)], needsOn: needsWP, body: fileKeeps)
    }
    cases += Case.each(
      "swap-fs.swapoff-file", "swapoff brings everything back from a file and lets go of it",
      on: [.anon, .shmem], needs: [.root, .disk], needsOn: needsWP, body: swapoffFile)
    cases += Case.each(
      "swap-fs.zram", "pages that go out to compressed memory are gone at once, and come back",
      on: [.anon, .shmem], needs: [.root, .zram], needsOn: needsWP, body: zramKeeps)
    cases += Case.each(
      "swap-fs.zswap", "zswap keeps each page with its protection",
      on: [.anon, .shmem], needs: [.root, .disk, .compressedSwap], needsOn: needsWP,
      body: zswapKeeps)
    return cases
  }
}

/// 64 pages, every second one protected, go out and stay distinguishable from their neighbours.
private func leave(
  _ trial: Trial, _ backing: Backing, _ used: () throws(CaseEnd) -> UInt64
) throws(CaseEnd) -> (pages: Pages, tracker: Tracker) {
  let pages = try backing.map(trial, pages: 64)
  pages.fill()
  // Pages of one byte are noted and not written by some kernels.
  for page in 0..<pages.count { pages.store(page, at: UInt64(page) * 8, 0xfe) }
  let tracker = try Tracker(trial, of: pages)
  for page in stride(from: 0, to: pages.count, by: 2) { try tracker.protect(pages, page) }
  let before = try used()
  try trial.pageOut(pages)
  let after = try used()
  trial.evidence("area_kib", "\(before) then \(after)")
  try trial.prove(after >= before + 128, otherwise: "the pages went to another swap area")
  try expectOut(trial, pages, 0..<pages.count, "out")
  return (pages, tracker)
}

private func expectOut(
  _ trial: Trial, _ pages: Pages, _ some: Range<Int>, _ when: String
) throws(CaseEnd) {
  for page in some {
    let letters = page % 2 == 0 ? "SW" : pages.backing.swappedLetters
    try trial.expectPagemap(pages, page, letters, when)
  }
}

/// The first half comes back by loads, a quarter by stores; what is left stays out.
private func comeBack(_ trial: Trial, _ pages: Pages, _ tracker: Tracker) throws(CaseEnd) {
  for page in 0..<32 {
    try trial.expectNoEvent(tracker, "a load", _ = pages.load(page))
  }
  try trial.expectIntact(pages, 0..<32, "read back")
  try trial.expectProtected(pages, 0..<32, "read back") { $0 % 2 == 0 }
  try trial.expectWriteFaults(tracker, pages, 0..<48, "a store to each page") { $0 % 2 == 0 }
  try trial.expectProtected(pages, 0..<48, "after the stores") { _ in false }
  try trial.expectIntact(pages, 0..<48, "after the stores")
}

/// Pages go out to a file and come back with content and protection.
func fileKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let file = try SwapFile(trial)
  defer { file.remove() }
  try file.takeOver(trial)
  let size = try file.entry(trial)?.size
  try trial.expect(size ?? 0, equals: (file.pages - 1) * 4, "kB of the area in /proc/swaps")
  let (pages, tracker) = try leave(trial, backing) { () throws(CaseEnd) in try file.used(trial) }
  try comeBack(trial, pages, tracker)
  try trial.expectWriteFaults(tracker, pages, 48..<64, "the last stores") { $0 % 2 == 0 }
  try trial.expectIntact(pages)
  try file.turnOff(trial)
  try trial.expectIntact(pages, nil, "after swapoff")
  try file.expectFree(trial, "after swapoff")
}

/// swapoff with half of the pages out: all come back as they went, and the file is a file again.
func swapoffFile(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let file = try SwapFile(trial, pages: 1024)
  defer { file.remove() }
  try file.takeOver(trial)
  let (pages, tracker) = try leave(trial, backing) { () throws(CaseEnd) in try file.used(trial) }
  for page in 0..<32 { pages.load(page) }
  try file.turnOff(trial)
  try trial.expect(try file.entry(trial) == nil, expected: "no entry in /proc/swaps", seen: "one")
  try trial.expect(try pages.smaps(trial, "Swap"), equals: 0, "kB in swap after swapoff")
  try trial.expectProtected(pages, "after swapoff") { $0 % 2 == 0 }
  try file.expectFree(trial, "after swapoff")
  try trial.expectIntact(pages, nil, "after swapoff")
  try trial.expectWriteFaults(tracker, pages, "a store to each page") { $0 % 2 == 0 }
  try trial.expectIntact(pages)
}

/// Compressed memory is written at once: nothing of the pages stays in memory.
func zramKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let area = try ownSwapArea(trial)
  let (pages, tracker) = try leave(trial, backing) { () throws(CaseEnd) in
    try used(trial, area)
  }
  let resident = try trial.attempt("mincore", try pages.range.residency())
  let left = resident.reduce(0) { $0 + ($1 ? 1 : 0) }
  try trial.expect(left, equals: 0, "pages that mincore finds in memory")
  try comeBack(trial, pages, tracker)
  try trial.expectIntact(pages)
}

/// zswap before a file: it holds as many pages as went out, and gives back what it took.
func zswapKeeps(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let knob = try trial.attempt("switching zswap on", try ZswapSwitch.on())
  defer { withExtendedLifetime(knob) {} }
  let file = try SwapFile(trial)
  defer { file.remove() }
  try file.takeOver(trial)
  let before = try ZswapSwitch.storedPages(trial)
  let (pages, tracker) = try leave(trial, backing) { () throws(CaseEnd) in try file.used(trial) }
  let held = try ZswapSwitch.storedPages(trial)
  trial.evidence("zswap_pages", "\(before) then \(held)")
  guard held >= before + 32 else {
    try trial.skip(.config, "zswap took \(held - min(held, before)) of 64 pages")
  }
  try trial.expect(
    held >= before + 64, expected: "64 pages more in zswap", seen: "\(held - before)")
  try comeBack(trial, pages, tracker)
  try trial.expectIntact(pages, nil, "from zswap")
  try file.turnOff(trial)
  try trial.expectIntact(pages, nil, "after swapoff")
  let after = try ZswapSwitch.storedPages(trial)
  trial.evidence("zswap_pages_left", after)
  try trial.expect(
    after <= before, expected: "at most \(before) pages in zswap once its area is gone",
    seen: "\(after)")
  try file.expectFree(trial, "after swapoff")
}
