import GuestKit
import GuestProtocol
import LinuxMM

/// Which files may be swapped to, and what may be done with one meanwhile.
enum SwapRule {
  static var cases: [Case] {
    [
      Case(
        "swap-fs.swapfile-tmpfs", "a file in memory is refused as swap and stays a file",
        needs: [.root, .tmpfs], body: refusedOnTmpfs),
      Case(
        "swap-fs.holes-refused", "a file with a hole is refused and stays a file",
        needs: [.root, .disk], body: holesRefused),
      Case(
        "swap-fs.header-refused", "a header that is wrong is refused and the file stays a file",
        needs: [.root, .disk], body: headersRefused),
      Case(
        "swap-fs.header-smaller", "an area is as large as its header says, not as its file",
        needs: [.root, .disk], body: headerSmaller),
      Case(
        "swap-fs.file-busy", "a swap file cannot be changed while in use, and can be afterwards",
        needs: [.root, .disk], body: fileBusy),
      Case(
        "swap-fs.file-again", "a file that was swapped to can be swapped to again",
        needs: [.root, .disk], body: fileAgain),
      Case(
        "swap-fs.shared-blocks-refused", "a file that shares blocks with another is refused",
        needs: [.root, .disk], body: sharedRefused),
      Case(
        "swap-fs.copied-on-write-refused", "btrfs swaps to no file that it copies on write",
        needs: [.root, .disk("btrfs")], body: copiedOnWriteRefused),
    ]
  }
}

extension SwapFile {
  /// swapon fails with EINVAL, and the file is free as if nobody had asked.
  fileprivate func expectRefused(_ trial: Trial, _ what: String) throws(CaseEnd) {
    try trial.expect(.invalid, from: "swapon of " + what, try SwapTable.turnOn(path))
    try trial.expect(
      try entry(trial) == nil, expected: "no entry in /proc/swaps for " + what, seen: "one")
  }
}

func refusedOnTmpfs(_ trial: Trial) throws(CaseEnd) {
  try trial.need(.swapAreas)
  let path = "/dev/shm/swap-\(System.processID)"
  do throws(Errno) {
    let file = try Descriptor(opening: path, for: .create)
    try SwapFile.write(zerosUpTo: 1 << 20, to: file)
    try file.write(SwapHeader(pages: 256).bytes, at: 0)
  } catch { throw .error("making \(path) failed with \(error)") }
  defer { _ = try? TextFile.remove(path) }  // it is gone when the case passes
  try trial.expect(.invalid, from: "swapon of a tmpfs file", try SwapTable.turnOn(path))
  let file = try trial.expectSuccess(
    of: "opening it afterwards", try Descriptor(opening: path, for: .readWrite))
  try trial.expectSuccess(of: "writing it afterwards", try file.write([1], at: 0))
  try trial.expectSuccess(of: "deleting it afterwards", try TextFile.remove(path))
}

func holesRefused(_ trial: Trial) throws(CaseEnd) {
  let file = try SwapFile(trial, pages: 256)
  defer { file.remove() }
  do throws(Errno) {
    let open = try Descriptor(opening: file.path, for: .readWrite)
    try open.punchHole(at: 128 * Memory.pageSize, length: 16 * Memory.pageSize)
    try open.sync()
    let hole = try open.nextHole(from: 0)
    trial.evidence("hole_at", hole)
    guard hole == 128 * Memory.pageSize else { throw .invalid }
  } catch { throw .unexercised("no hole could be made in the file: \(error)") }
  try file.expectRefused(trial, "a file with a hole")
  try file.expectFree(trial, "after swapon refused it")
}

func headersRefused(_ trial: Trial) throws(CaseEnd) {
  let file = try SwapFile(trial, pages: 256)
  defer { file.remove() }
  let good = SwapHeader(pages: 256)
  var longer = good
  longer.pages = 512
  var version = good
  version.version = 2
  var bad = good
  bad.badPages = [7]
  var signature = good
  signature.signature = "SWAPSPACE3"
  var empty = good
  empty.pages = 1
  let wrong: [(String, SwapHeader)] = [
    ("a header of a longer area", longer), ("a header of version 2", version),
    ("a file with bad pages", bad), ("a header of another signature", signature),
    ("a header of an empty area", empty),
  ]
  for (what, header) in wrong {
    try write(trial, header, to: file)
    try file.expectRefused(trial, what)
  }
  try write(trial, good, to: file)
  try file.turnOn(trial, priority: 0)
  try file.turnOff(trial)
  try file.expectFree(trial, "after five refusals and one use")
}

private func write(_ trial: Trial, _ header: SwapHeader, to file: SwapFile) throws(CaseEnd) {
  let open = try trial.expectSuccess(
    of: "opening the swap file", try Descriptor(opening: file.path, for: .readWrite))
  try trial.expectSuccess(
    of: "writing the swap file's header", try open.write(header.bytes, at: 0))
}

func headerSmaller(_ trial: Trial) throws(CaseEnd) {
  let file = try SwapFile(trial, pages: 1024)
  defer { file.remove() }
  try write(trial, SwapHeader(pages: 512), to: file)
  let total = try trial.attempt("reading meminfo", try Counters.meminfo("SwapTotal")) ?? 0
  try file.turnOn(trial)
  let entry = try file.entry(trial)
  try trial.expect(entry?.size ?? 0, equals: 511 * 4, "kB of the area in /proc/swaps")
  try trial.expect(entry?.priority ?? 0, equals: 32767, "priority in /proc/swaps")
  let grown = try trial.attempt("reading meminfo", try Counters.meminfo("SwapTotal")) ?? 0
  try trial.expect(grown, equals: total + 511 * 4, "SwapTotal in kB with the area")
  try file.turnOff(trial)
  let after = try trial.attempt("reading meminfo", try Counters.meminfo("SwapTotal")) ?? 0
  try trial.expect(after, equals: total, "SwapTotal in kB after swapoff")
  try file.expectFree(trial, "after swapoff")
}

/// Nobody can write, cut, punch, map for writing or delete the file while memory is in it.
func fileBusy(_ trial: Trial) throws(CaseEnd) {
  let file = try SwapFile(trial, pages: 1024)
  defer { file.remove() }
  let open = try trial.attempt(
    "opening the swap file", try Descriptor(opening: file.path, for: .readWrite))
  try file.takeOver(trial)
  let pages = try Backing.anon.map(trial, pages: 64)
  pages.fill()
  try trial.pageOut(pages)
  try trial.prove(try file.used(trial) >= 128, otherwise: "the pages went to another swap area")

  try trial.expect(.busy, from: "swapon of a file in use", try SwapTable.turnOn(file.path))
  let bytes = [UInt8](repeating: 0xee, count: 4096)
  try trial.expect(.textBusy, from: "writing a swap file", try open.write(bytes, at: 8192))
  try trial.expect(.textBusy, from: "cutting a swap file", try open.resize(to: 4096))
  try trial.expect(
    .textBusy, from: "punching a hole into a swap file", try open.punchHole(at: 8192, length: 4096))
  try trial.expect(
    .textBusy, from: "mapping a swap file for writing",
    try Mapping(file: open, length: 4096, .shared))
  try trial.expect(.notPermitted, from: "deleting a swap file", try TextFile.remove(file.path))
  try trial.expectIntact(pages, nil, "after attempts to change the swap file")

  try trial.pageOut(pages)
  try file.turnOff(trial)
  try trial.expectIntact(pages, nil, "after swapoff")
  try trial.expect(.invalid, from: "a second swapoff", try SwapTable.turnOff(file.path))
  try trial.expectSuccess(
    of: "mapping the swap file for writing after swapoff",
    try Mapping(file: open, length: 4096, .shared))
  try trial.expectSuccess(
    of: "punching a hole into the swap file after swapoff",
    try open.punchHole(at: 8192, length: 4096))
  try file.expectFree(trial, "after swapoff")
}

/// Three times on and off, with memory in it each time; what it held before never comes back.
func fileAgain(_ trial: Trial) throws(CaseEnd) {
  let file = try SwapFile(trial, pages: 1024)
  defer { file.remove() }
  for round in 1...3 {
    if round == 1 { try file.takeOver(trial) } else { try file.turnOn(trial) }
    let pages = try Backing.anon.map(trial, pages: 256)
    pages.fill()
    for page in 0..<256 { pages.store(page, at: 8 * UInt64(page), UInt8(0x40 + round)) }
    try trial.pageOut(pages)
    trial.evidence("used_kib_\(round)", try file.used(trial))
    try trial.expectIntact(pages, 0..<128, "read back in round \(round)")
    try file.turnOff(trial)
    try trial.expectIntact(pages, nil, "after swapoff in round \(round)")
  }
  let open = try trial.attempt(
    "opening the swap file", try Descriptor(opening: file.path, for: .read))
  let header = try trial.attempt("reading the swap file", try open.read(count: 4096, at: 0))
  try trial.expect(
    header == SwapHeader(pages: file.pages).bytes,
    expected: "the header as it was written, after three rounds", seen: "another first page")
  try file.expectFree(trial, "after three rounds")
}

func sharedRefused(_ trial: Trial) throws(CaseEnd) {
  let file = try SwapFile(trial, pages: 256)
  let other = SwapFile("b", pages: 256)
  defer {
    file.remove()
    other.remove()
  }
  do throws(Errno) {
    let open = try Descriptor(opening: file.path, for: .readWrite)
    let copy = try other.create()
    try copy.share(blocksOf: open)
    try copy.sync()
  } catch {
    guard error == .notSupported else { throw .error("sharing blocks failed with \(error)") }
    try trial.skip(
      .resource, "files here share no blocks; the machines swapfile-xfs and -btrfs have some")
  }
  try file.expectRefused(trial, "a file whose blocks another one shares")
  try trial.attempt("deleting the other file", try TextFile.remove(other.path))
  try file.expectFree(trial, "after swapon refused it")
}

func copiedOnWriteRefused(_ trial: Trial) throws(CaseEnd) {
  let file = SwapFile("a", pages: 256)
  defer { file.remove() }
  do throws(Errno) {
    let open = try Descriptor(opening: file.path, for: .create)
    try SwapFile.write(zerosUpTo: 1 << 20, to: open)
    try open.write(SwapHeader(pages: 256).bytes, at: 0)
    try open.sync()
  } catch { throw .error("making a swap file failed with \(error)") }
  try file.expectRefused(trial, "a file that is copied on write")
  try file.expectFree(trial, "after swapon refused it")
}
