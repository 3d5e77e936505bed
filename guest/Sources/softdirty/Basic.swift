import GuestKit
import LinuxMM

/// A store makes its page soft-dirty, a load none, and clear_refs makes all clean again and again.
func basic(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 8)
  try trial.expectAllDirty(pages, "in a new mapping, untouched")
  pages.fill()
  try trial.expectAllDirty(pages, "in a new mapping, filled")
  try trial.clearSoftDirty()
  let letters = backing.writtenLetters
  try trial.expectPagemap(pages, 0..<8, letters, "after clear_refs", softDirty: true)
  try trial.expectClean(pages, "after clear_refs")
  try trial.expectIntact(pages, nil, "after clear_refs")
  try trial.expectClean(pages, "after loads from every byte")

  pages.store(2, 0xa2)
  try trial.expectDirty(pages, "after a store to page 2") { $0 == 2 }
  try trial.expectPagemap(pages, 2, letters + "d", "after a store", softDirty: true)
  pages.store(0, at: 0, 0xa0)
  pages.store(7, at: 0xfff, 0xa7)
  try trial.expectDirty(pages, "after stores to pages 0 2 7") { $0 == 0 || $0 == 2 || $0 == 7 }
  try trial.expectIntact(pages)

  // The same pages again: what the processor remembers of them as writable must be gone.
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after a second clear_refs")
  pages.store(2, 0xb2)
  pages.store(3, 0xb3)
  try trial.expectDirty(pages, "after stores to pages 2 3") { $0 == 2 || $0 == 3 }
  try trial.expectIntact(pages)
}

/// A huge page has one soft-dirty bit: a store to one base page makes all 512 dirty.
func basicHuge(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let knob = backing.isShared ? try shmemHugeKnob(trial) : nil
  let pages = try hugeArea(trial, backing)
  try trial.expectAllDirty(pages, "in a new mapping, filled")
  for round in 1...2 {
    try trial.clearSoftDirty()
    try trial.proveHuge(pages, "after clear_refs \(round)")
    try trial.expectClean(pages, "after clear_refs \(round)")
    pages.load(7)
    pages.load(511)
    try trial.expectClean(pages, "after loads")
    try trial.expectIntact(pages, 0..<8, "after clear_refs \(round)")
    pages.store(7, UInt8(round))
    try trial.proveHuge(pages, "after a store")
    try trial.expectAllDirty(pages, "after a store to page 7")
  }
  try trial.expectIntact(pages)
  if let knob { trial.evidence("knob", knob.path) }
}

/// What the kernel writes for a system call counts as written.
func kernelWrites(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let isHuge = backing.isTransparentHuge
  let pages = isHuge ? try hugeArea(trial, backing) : try backing.map(trial, pages: 8)
  pages.fill()
  try trial.clearSoftDirty()
  var pipe = try trial.attempt("pipe", try Pipe())
  let reading = pipe.takeReading()
  let writing = pipe.takeWriting()
  try trial.attempt("write to a pipe", try writing.write("!"))
  let place = pages.address(1, at: 0x80)
  try trial.expectSuccess(of: "read from a pipe", try reading.read(into: place, length: 1))
  pages.note(1, at: 0x80, UInt8(ascii: "!"))
  try trial.expectDirty(pages, "after read(2) into page 1") { isHuge || $0 == 1 }

  try trial.clearSoftDirty()
  try trial.expectClean(pages, "before process_vm_writev")
  try trial.expectSuccess(
    of: "process_vm_writev",
    try RemoteMemory.write(
      [0x77], to: pages.address(6, at: 9), ofProcess: System.processID))
  pages.note(6, at: 9, 0x77)
  try trial.expectDirty(pages, "after process_vm_writev into page 6") { isHuge || $0 == 6 }
  try trial.expectIntact(pages)
}

/// A write that a debugger forces into read-only memory counts as written, like any other.
///
/// The kernel then writes to a page that is mapped read-only, so that no fault of the process tells of it.
func forcedWrite(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let isHuge = backing.isTransparentHuge
  let pages = try backing.map(trial, pages: 8)
  let stored = [3, 3, 5]
  let child = try trial.fork { (child, line) throws(CaseEnd) in
    pages.fill()
    if isHuge { try child.proveHuge(pages, "filled") }
    try child.attempt("mprotect", try pages.range.protect(.read))
    for page in stored {
      try line.turn(try child.clearSoftDirty())
      try line.turn(
        try child.expectDirty(pages, "after a debugger's write to page \(page)") {
          isHuge || $0 == page
        })
      for place in 0x40..<0x48 { pages.note(page, at: UInt64(place), 0xb5) }
      try child.expectIntact(pages, nil, "after a debugger's write")
    }
  }
  for page in stored {
    try child.turn("the child clears")
    let traced = try trial.attempt("PTRACE_ATTACH", try TracedProcess(child.processID))
    try trial.expectSuccess(
      of: "PTRACE_POKEDATA to a read-only page",
      try traced.poke(pages.address(page, at: 0x40), 0xb5b5_b5b5_b5b5_b5b5))
    _ = consume traced
    try child.turn("the child looks at its memory")
  }
  try child.finish()
}

/// clear_refs and the bits reach over several page tables, with nothing lost at their ends.
func acrossTables(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 2 * perHuge + 64)
  pages.fill()
  let table = Memory.hugePageSize
  let first = Int((table - pages.range.start % table) / Memory.pageSize)
  let stored = [0, first - 1, first, first + 511, first + 512, pages.count - 1]
  let chosen = stored.filter { $0 >= 0 && $0 < pages.count }
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after clear_refs")
  for page in chosen { pages.store(page, 0xc1) }
  try trial.expectDirty(pages, "after stores beside the borders of page tables") { page in
    chosen.contains(page)
  }
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "after a second clear_refs")
  for page in chosen { pages.store(page, 0xc2) }
  try trial.expectDirty(pages, "after the same stores again") { chosen.contains($0) }
  try trial.expectIntact(pages)
}

/// After clear_refs the zero page is clean, a first store dirty, and what was never touched neither.
func zeroPageAndNew(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial)
  try trial.clearSoftDirty()
  try trial.expectPagemap(pages, 0..<4, "-", "untouched", softDirty: true)
  pages.load(0)
  pages.load(1)
  try trial.expectPagemap(pages, 0..<2, "P", "after a load", softDirty: true)
  try trial.expectPagemap(pages, 2..<4, "-", "untouched, after loads", softDirty: true)
  pages.store(1, 0xa1)
  pages.store(2, 0xa2)
  try trial.expectPagemap(pages, 0, "P", "loaded only", softDirty: true)
  try trial.expectPagemap(pages, 1, "PXd", "loaded, then stored to", softDirty: true)
  try trial.expectPagemap(pages, 2, "PXd", "stored to", softDirty: true)
  try trial.expectPagemap(pages, 3, "-", "untouched", softDirty: true)
  try trial.expectDirty(pages, "after two stores") { $0 == 1 || $0 == 2 }
  try trial.expectIntact(pages)
}

/// A page of a file that comes in by a load is clean, and the store after that is noticed.
func readThenWrite(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let filled = try (backing == .shmempriv ? Backing.shmem : backing).map(trial, pages: 8)
  filled.fill()
  let pages = try filled.alias(trial)
  try trial.clearSoftDirty()
  try trial.expectClean(pages, "before the first access")
  for page in 0..<8 { pages.load(page) }
  try trial.expectPagemap(pages, 3, "PF", "after loads", softDirty: true)
  try trial.expectClean(pages, "after loads")
  pages.store(3, 0xa3)
  pages.store(7, 0xa7)
  try trial.expectDirty(pages, "after stores to pages 3 7") { $0 == 3 || $0 == 7 }
  try trial.expectClean(filled, "in the other mapping, which was not stored to")
  for (page, value) in [(3, 0xa3), (7, 0xa7)] as [(Int, UInt8)] {
    filled.note(page, at: 0x123, value)
  }
  try trial.expectIntact(pages)
  try trial.expectIntact(filled)
}
