import GuestKit
import LinuxMM
import UffdWP

/// Where the scanner's settings are: in debugfs, or before 5.13 among the sysctls.
private func scannerKnob(_ name: String, to value: String) throws(Errno) -> Knob {
  let path = "/sys/kernel/debug/sched/numa_balancing/" + name
  guard !TextFile.exists(path) else { return try Knob(path, to: value) }
  return try Knob("/proc/sys/kernel/numa_balancing_" + name, to: value)
}

/// NUMA balancing makes entries inaccessible to see who uses pages: that is neither a store nor a change of
/// protection.
func hintsAreNoStores(_ trial: Trial) throws(CaseEnd) {
  let balancing = try trial.attempt(
    "setting numa_balancing", try Knob("/proc/sys/kernel/numa_balancing", to: "1"))
  let delay = try trial.attempt("setting scan_delay_ms", try scannerKnob("scan_delay_ms", to: "1"))
  let period = try trial.attempt(
    "setting scan_period_min_ms", try scannerKnob("scan_period_min_ms", to: "10"))
  defer { withExtendedLifetime((balancing.path, delay.path, period.path)) {} }
  // The delay counts for address spaces that begin after it was set.
  try trial.inChild("the pages are scanned and stored to") { (child) throws(CaseEnd) in
    try waitForHints(child)
  }
}

private func waitForHints(_ trial: Trial) throws(CaseEnd) {
  let pages = try Backing.anon.map(trial, pages: 512)
  pages.fill()
  let tracker = try Tracker(trial, of: pages)
  try tracker.protect(pages, 0..<256)
  let before = try hintFaults(trial)
  let deadline = System.nanoseconds + Duration.seconds(4).scaledMilliseconds * 1_000_000
  var faults: UInt64 = 0
  let mark = tracker.log.count
  while faults < 64, System.nanoseconds < deadline {
    for _ in 0..<8 { for page in 0..<512 { pages.load(page) } }
    faults = try hintFaults(trial) - before
  }
  trial.evidence("hint_faults", faults)
  try trial.prove(faults > 0, otherwise: "no NUMA hint fault in 4 s of loads")
  try trial.expectEvents([], in: tracker, after: mark, "loads")
  try trial.expectProtected(pages, "after hint faults") { $0 < 256 }
  try trial.expectIntact(pages, nil, "after hint faults")
  try trial.expectWriteFaults(tracker, pages, "stores after hint faults") { $0 < 256 }
  try trial.expectIntact(pages)
}

private func hintFaults(_ trial: Trial) throws(CaseEnd) -> UInt64 {
  try trial.attempt("reading vmstat", try Counters.vmstat("numa_hint_faults")) ?? 0
}
