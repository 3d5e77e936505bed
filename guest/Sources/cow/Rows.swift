import GuestKit
import GuestProtocol
import LinuxMM
import UffdWP

/// What the child gets of memory that it should not, or should get empty, and that this can be taken back.
func forkExceptions(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 12)
  pages.fill()
  let (gone, wiped, undone) = (2..<4, 6..<8, 9..<11)
  try trial.attempt("MADV_DONTFORK", try pages.range(gone).advise(.dontFork))
  try trial.attempt("MADV_WIPEONFORK", try pages.range(wiped).advise(.wipeOnFork))
  try trial.attempt("MADV_DONTFORK", try pages.range(9).advise(.dontFork))
  try trial.attempt("MADV_DOFORK", try pages.range(9).advise(.doFork))
  try trial.attempt("MADV_WIPEONFORK", try pages.range(10).advise(.wipeOnFork))
  try trial.attempt("MADV_KEEPONFORK", try pages.range(10).advise(.keepOnFork))
  try trial.inChild { (child) throws(CaseEnd) in
    for page in gone {
      let place = pages.address(page)
      try child.expect(
        Memory.tryLoad(place), equals: .segmentationFault(code: 1, address: place),
        "a load of memory with MADV_DONTFORK")
    }
    for page in wiped { pages.note(page, fullOf: 0) }
    try child.expectIntact(pages, 0..<2, "in the child")
    try child.expectIntact(pages, 4..<12, "in the child")
    for page in [1, 4, 5, 6, 7, 8, undone.lowerBound] { pages.store(page, 0xc1) }
    try child.expectIntact(pages, 4..<12, "in the child after its stores")
    // A grandchild gets of the wiped memory what its own parent gets of it: nothing.
    try child.inChild { (grandchild) throws(CaseEnd) in
      for page in wiped { pages.note(page, fullOf: 0) }
      try grandchild.expectIntact(pages, 4..<12, "in the grandchild")
    }
  }
  try trial.expectIntact(pages)
}

/// process_vm_readv and _writev reach the process that is named, and its copies alone.
func remoteAccess(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = backing == .thp ? try mapHuge(trial) : try backing.map(trial)
  pages.fill()
  do throws(Errno) {
    _ = try RemoteMemory.read(count: 1, from: pages.address(0), ofProcess: System.processID)
  } catch {
    try trial.skip(.config, "process_vm_readv: \(error) (CONFIG_CROSS_MEMORY_ATTACH)")
  }
  let child = try trial.fork { (trial, line) throws(CaseEnd) in
    try line.turn(pages.store(1, 0xc1))
    pages.note(2, at: 0x123, 0xc2)
    pages.note(3, at: 0x0, 0xc3)
    try line.turn(try trial.expectIntact(pages, nil, "in the child after process_vm_writev"))
  }
  pages.store(3, 0xa3)
  try child.turn("the child stores")
  let process = child.processID
  let seen = try trial.attempt(
    "process_vm_readv",
    try RemoteMemory.read(count: 1, from: pages.address(1, at: 0x123), ofProcess: process))
  try trial.expect(seen[0], equals: 0xc1, "process_vm_readv of the child's own copy")
  let other = try trial.attempt(
    "process_vm_readv",
    try RemoteMemory.read(count: 1, from: pages.address(3, at: 0x123), ofProcess: process))
  try trial.expect(
    other[0], equals: Pages.pattern(3), "process_vm_readv of the child's page, not the parent's")
  for (page, place, value) in [(2, UInt64(0x123), UInt8(0xc2)), (3, 0, 0xc3)] {
    let target = pages.address(page, at: place)
    try trial.attempt(
      "process_vm_writev", _ = try RemoteMemory.write([value], to: target, ofProcess: process))
  }
  try trial.expectIntact(pages, nil, "in the parent after process_vm_writev to the child")
  try child.turn("the child looks at its memory")
  try child.finish()
  try trial.expectIntact(pages)
}

/// A forced write to read-only private memory makes a copy; the file stays as it is, and shared memory refuses.
func forcedWrite(_ trial: Trial, _ backing: Backing) throws(CaseEnd) {
  let pages = try backing.map(trial)
  let alias = try pages.alias(trial)
  alias.fill()
  for page in 0..<4 { pages.note(page, fullOf: Pages.pattern(page)) }
  pages.load(0)
  pages.store(2, 0x52)
  try trial.attempt("mprotect", try pages.range.protect(.read))
  try trial.attempt("mprotect", try alias.range.protect(.read))
  let memory = try trial.attempt(
    "/proc/self/mem", try Descriptor(opening: "/proc/self/mem", for: .readWrite))
  try trial.expect(
    .ioError, from: "pwrite to read-only shared memory",
    try memory.write([0xee], at: alias.address(0)))
  for page in 0..<3 {
    do throws(Errno) { try memory.write([0xa5], at: pages.address(page, at: 0x200)) } catch {
      guard error == .ioError, page == 0 else {
        throw .failed(expected: "a forced write to page \(page)", seen: error.description)
      }
      try trial.expectIntact(pages, nil, "after the refused write")
      try trial.skip(
        .config, "no forced writes through /proc/self/mem: EIO (PROC_MEM_ALWAYS_FORCE)")
    }
    pages.note(page, at: 0x200, 0xa5)
  }
  try trial.expectPagemap(pages, 0..<3, "PX", "copied by forced writes")
  try trial.expectIntact(pages, nil, "after forced writes")
  try trial.expectIntact(alias, nil, "in the file after forced writes")
  let place = pages.address(0)
  try trial.expect(
    Memory.tryStore(place, 1), equals: .segmentationFault(code: 2, address: place),
    "a store after the forced write")
  try trial.expectIntact(pages)
}

@CaseList var rows: [Case] {
  Case(
    "cow.dontfork-wipeonfork", "the child lacks what it should and finds wiped memory empty",
    body: forkExceptions)
  Case.each(
    "cow.process-vm-readv", "process_vm_readv and _writev reach the named process's copies",
    on: [.anon, .thp, .hugetlbpriv], needsOn: { room($0) }, body: remoteAccess)
  Case.each(
    "cow.proc-mem-force-write", "a forced write to read-only private memory makes a copy",
    on: [.filepriv, .shmempriv], body: forcedWrite)
}
