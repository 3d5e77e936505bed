import GuestKit
import GuestProtocol
import LinuxMM
import UffdWP

/// A protected page shared with a child is copied for a reader that pins it, and the copy is protected.
///
/// process_vm_readv(2) pins (`FOLL_PIN`); since 5.19 the kernel then gives the process a page of its own, by
/// `FAULT_FLAG_UNSHARE`.
func unshareKeeps(
  _ trial: Trial, _ backing: Backing = .anon, swapped: Bool
) throws(CaseEnd) {
  let pages = try backing.map(trial, pages: 4)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<2)
  if swapped { try trial.pageOut(pages) }
  let child = try trial.fork { (child, line) throws(CaseEnd) in
    try line.wait("the parent has looked")
    try child.expectIntact(pages, nil, "in the child")
  }
  pages.loadAll()
  let before = try frames(trial, pages)
  for page in 0..<4 {
    let bytes = try trial.attempt(
      "process_vm_readv",
      try RemoteMemory.read(
        count: 8, from: pages.address(page), ofProcess: System.processID))
    try trial.expect(bytes, of: Pages.pattern(page))
  }
  let after = try frames(trial, pages)
  let copied = (0..<4).reduce(0) { $0 + (before[$1] == after[$1] ? 0 : 1) }
  trial.evidence("copied", copied)
  try trial.expectProtected(pages, "after a pinning read") { $0 < 2 }
  try trial.expectWriteFaults(tracker, pages, "stores after it") { $0 < 2 }
  try child.line.knock()
  try child.finish()
  try trial.expectIntact(pages)
  guard copied < 4 else { return }
  // Kernels that know of pages that are a process's alone, which this one may show, also make them so.
  guard try storesThatCopy(trial, moving: false) == 0 else {
    try trial.skip(.feature, "a pinning read copied \(copied) of 4 pages (Linux 5.19)")
  }
  try trial.expect(copied, equals: 4, "shared pages copied for a pinning reader")
}

private func frames(_ trial: Trial, _ pages: Pages) throws(CaseEnd) -> [UInt64] {
  try (0..<pages.count).map { (page) throws(CaseEnd) in try frame(trial, pages, page) }
}

extension Trial {
  fileprivate func expect(_ bytes: [UInt8], of value: UInt8) throws(CaseEnd) {
    for byte in bytes { try expect(byte, equals: value, "a byte read by process_vm_readv") }
  }
}
