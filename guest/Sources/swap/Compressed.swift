import GuestKit
import GuestProtocol
import LinuxMM

private let setting = "/sys/module/zswap/parameters/enabled"
private let stored = "/sys/kernel/debug/zswap/stored_pages"

extension Requirement {
  /// The kernel has zswap.
  static let compressedSwap = Requirement("zswap") {
    TextFile.exists(setting) ? nil : Lacking(.config, "no \(setting) (CONFIG_ZSWAP)")
  }
}

/// zswap's switch and what it says of itself.
enum ZswapSwitch {
  /// Switches it on; it is as it was when the value goes away.
  static func on() throws(Errno) -> Knob { try Knob(setting, to: "Y") }

  /// Pages it holds; the case is skipped when it does not say, which it does once it was on.
  static func storedPages(_ trial: Trial) throws(CaseEnd) -> UInt64 {
    guard TextFile.exists(stored) else { try trial.skip(.config, "no \(stored); mount debugfs") }
    let text = try trial.attempt("reading \(stored)", try TextFile.read(stored))
    return UInt64(Knob.selected(text)) ?? 0
  }
}

/// Pages that zswap holds of memory that is unmapped are dropped, all of them.
func zswapFreed(_ trial: Trial) throws(CaseEnd) {
  let knob = try trial.attempt("switching zswap on", try ZswapSwitch.on())
  defer { withExtendedLifetime(knob) {} }
  let count = 2048
  let before = try ZswapSwitch.storedPages(trial)
  let pages = try Backing.anon.map(trial, pages: count)
  pages.fill()
  // Pages of one byte are noted and not held by some kernels.
  for page in 0..<count { pages.store(page, at: UInt64(page % 512) * 8, 0xfe) }
  try trial.pageOut(pages)
  let held = try ZswapSwitch.storedPages(trial)
  trial.evidence("stored", "\(before) then \(held)")
  guard held >= before + 1024 else {
    try trial.skip(.config, "zswap took \(held - min(held, before)) of \(count) pages")
  }
  try trial.expectIntact(pages, 0..<64, "from zswap")
  let kept = try ZswapSwitch.storedPages(trial)
  try trial.attempt("munmap", try pages.range.unmap())
  let after = try ZswapSwitch.storedPages(trial)
  trial.evidence("stored_after", "\(kept) then \(after)")
  // Kernels before 6.14 keep up to 64 freed slots for each processor, copies and all.
  try trial.expect(
    after <= before + 512, expected: "about \(before) pages in zswap after munmap",
    seen: "\(after)")
}
