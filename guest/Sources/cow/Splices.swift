import GuestKit
import LinuxMM

/// A child gives a page to a pipe and unmaps it: what the parent stores after that is not the child's to read.
func childSplices(_ trial: Trial, _ pages: Pages, _ page: Int, mprotect: Bool) throws(CaseEnd) {
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    var pipe = try trial.attempt("a pipe", try Pipe())
    let reading = pipe.takeReading()
    let writing = pipe.takeWriting()
    let old = pages.load(page)
    try line.turn(try spliceAndUnmap(trial, pages, page, writing))
    try line.turn(try expectPiped(trial, reading, old, "the parent's store"))
  }
  try child.turn("the child gives a page to its pipe")
  if mprotect { try toggle(trial, pages.range) }
  for place in [UInt64(0), 0x123, 0xfff] { pages.store(page, at: place, 0xa1) }
  try trial.expectIntact(pages, page..<(page + 1), "after the parent's store")
  try child.turn("the child reads its pipe")
  try child.finish()
  try trial.expectIntact(pages)
}

/// The parent gives a page to a pipe, before or after fork, and unmaps it: what its child stores is not its to read.
func parentSplices(_ trial: Trial, _ pages: Pages, _ page: Int, beforeFork: Bool) throws(CaseEnd) {
  var pipe = try trial.attempt("a pipe", try Pipe())
  let reading = pipe.takeReading()
  let writing = pipe.takeWriting()
  let old = pages.load(page)
  if beforeFork {
    try trial.attempt("vmsplice", try RemoteMemory.splice(pages.part(page), into: writing))
  }
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(try storeThrice(trial, pages, page))
  }
  if beforeFork {
    try trial.attempt("munmap", try pages.range.unmap())
  } else {
    try spliceAndUnmap(trial, pages, page, writing)
  }
  try child.turn("the child stores")
  try expectPiped(trial, reading, old, "the child's store")
  try child.finish()
}

private func storeThrice(_ trial: Trial, _ pages: Pages, _ page: Int) throws(CaseEnd) {
  for place in [UInt64(0), 0x123, 0xfff] { pages.store(page, at: place, 0xc1) }
  try trial.expectIntact(pages, nil, "in the child after its stores")
}

private func spliceAndUnmap(
  _ trial: Trial, _ pages: Pages, _ page: Int, _ writing: borrowing Descriptor
) throws(CaseEnd) {
  do throws(Errno) {
    try RemoteMemory.splice(pages.part(page), into: writing)
    try pages.range.unmap()
  } catch { throw .error("vmsplice and munmap failed with \(error)") }
}

/// Fails unless the pipe holds a page full of the old byte.
private func expectPiped(
  _ trial: Trial, _ reading: borrowing Descriptor, _ old: UInt8, _ after: String
) throws(CaseEnd) {
  let bytes: [UInt8]
  do throws(Errno) { bytes = try reading.read(atMost: Int(Memory.pageSize)) } catch {
    throw .error("reading the pipe failed with \(error)")
  }
  try trial.expect(bytes.count, equals: Int(Memory.pageSize), "bytes in the pipe")
  guard let place = bytes.firstIndex(where: { $0 != old }) else { return }
  try trial.fail(
    expected: "byte \(place) in the pipe after \(after): 0x\(hex(UInt64(old))), as it was spliced",
    seen: "0x\(hex(UInt64(bytes[place]))), which the other process stored")
}

/// After fork the parent gives a page to a pipe and stores: the reference is no pin, and may see either; the child
/// sees neither.
func parentStoresAfterSplice(_ trial: Trial, _ ground: Ground) throws(CaseEnd) {
  let pages = try ground.lay(trial, swapped: false)
  let page = ground.probe
  var pipe = try trial.attempt("a pipe", try Pipe())
  let reading = pipe.takeReading()
  let writing = pipe.takeWriting()
  let old = pages.load(page)
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(try trial.expectIntact(pages, nil, "in the child after the parent's store"))
  }
  try trial.attempt("vmsplice", try RemoteMemory.splice(pages.part(page), into: writing))
  pages.store(page, 0xa2)
  try trial.expectIntact(pages, nil, "after the store")
  try child.turn("the child looks at its memory")
  let bytes = try trial.attempt("reading the pipe", try reading.read(atMost: 4096))
  try trial.expect(bytes.count, equals: 4096, "bytes in the pipe")
  trial.evidence("pipe_sees", bytes[0x123] == old ? "old" : "new")
  for (place, byte) in bytes.enumerated() where byte != old {
    try trial.expect(
      place == 0x123 && byte == 0xa2, expected: "the page before or after the store in the pipe",
      seen: "0x\(hex(UInt64(byte))) at byte \(place)")
  }
  try child.finish()
  try trial.expectIntact(pages)
}

@CaseList var splices: [Case] {
  for ground in [Ground.anon, .thp, .hugetlbpriv] {
    Case(
      "cow.vmsplice-after-fork/\(ground.rawValue)",
      "a page in a pipe, stored to after fork, is whole and leaves the child's alone",
      needs: ground.needs
    ) { (trial) throws(CaseEnd) in try parentStoresAfterSplice(trial, ground) }
  }
}
