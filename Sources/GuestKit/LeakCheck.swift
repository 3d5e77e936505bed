internal import GuestProtocol
internal import LinuxMM

/// Compares the machine after each case with what it was before any.
///
/// One cheap look after each case; only when something is off by more than a case's ordinary traces, a second
/// one at a machine that has settled. That one compares with the start of the suite, and so does the look after
/// the last case, so that what leaks too slowly for the first look is still seen: in the case in which it becomes too
/// much, or in the last one, and with a word on since when.
///
/// Only for a guest, where nobody else runs.
final class LeakCheck {
  private let reader = FootprintReader(group: LeakCheck.group)
  /// As `refined` has it: at the suite's start, or after the last leak that was reported.
  private var base: Footprint
  /// As seen by the last cheap look that was compared with `base`.
  private var reference: Footprint
  /// As seen by the last cheap look.
  private var latest: Footprint
  /// The case after which `base` or `reference` was last taken.
  private var since = "the start of the suite"
  private var reported = 0
  /// How many cases have swapped since the last second look.
  private var swappers = 0

  /// Where init runs programs, and where they make further cgroups.
  private static let group = "/sys/fs/cgroup/test"
  /// After so many cases that swap there is a second look in any case: the first one is blind to some 60 slots.
  private static let swappersAtOnce = 8
  /// Before the second look, which costs as much as ten first ones: pauses in milliseconds, each with a first look.
  private static let glances: [UInt64] = [1, 2, 4]
  /// How long the machine may take to settle, on a machine of time scale 100.
  private static let patience = Duration.seconds(2)
  /// The same once three leaks are reported: a kernel that leaks everywhere is known by then.
  private static let shortPatience = Duration.milliseconds(200)

  private let rules: [LeakRule]

  /// For our own cases, or for a program that is not ours: that one may turn knobs and mount what it likes.
  init(ofForeignProgram isForeign: Bool = false) {
    rules = LeakRule.fitting.filter { !isForeign || ($0.item != .knobs && $0.item != .mounts) }
    LeakCheck.settleFirst()
    latest = reader.read()
    base = reader.refined(latest)
    reference = latest
  }

  /// Looks at the machine after a case whose processes are gone; empty when nothing is left of it.
  func look(after name: String, isLast: Bool) -> (leaks: [Leak], circumstances: String) {
    // Complaints about a process come when its page tables are freed, which an idle CPU puts off.
    System.visitEveryCPU()
    let before = latest
    latest = reader.read()
    var isClean = isUnsuspicious
    for pause in LeakCheck.glances where !isClean {
      // What a worker frees (an io_uring and its pins) is gone in a moment.
      System.sleep(milliseconds: pause)
      latest = reader.read()
      isClean = isUnsuspicious
    }
    if latest[.swappedOut] != before[.swappedOut] { swappers += 1 }
    guard !isClean || isLast || swappers >= LeakCheck.swappersAtOnce else { return ([], "") }
    swappers = 0
    let patience = (reported < 3 ? LeakCheck.patience : LeakCheck.shortPatience).scaledMilliseconds
    let suspects = settle(patience)
    let leaks = suspects.map { leak($0.rule, $0.difference) }
    let isOld = suspects.contains { rule, difference in
      // Less than half of it came with this case.
      abs(latest[rule.item] - before[rule.item]) * 2 < abs(difference)
    }
    let circumstances =
      ", still so \(patience) ms after its processes were gone"
      + (isOld ? " (come together since \(since))" : "")
    reference = latest
    since = name
    if !leaks.isEmpty {
      base = reader.refined(latest)
      reported += leaks.count
    }
    return (leaks, circumstances)
  }

  private var isUnsuspicious: Bool {
    rules.allSatisfy { !$0.isOff($0.difference(latest, reference), by: $0.glance) }
  }

  /// Forgets what was before: something is left behind that was reported otherwise.
  func startAgain(after name: String) {
    LeakCheck.settleFirst()
    latest = reader.read()
    base = reader.refined(latest)
    reference = latest
    since = name
  }

  /// Waits until nothing is off any more, at most so long; answers what still is.
  private func settle(_ patience: UInt64) -> [(rule: LeakRule, difference: Int64)] {
    let deadline = System.nanoseconds + patience * 1_000_000
    var pause: UInt64 = 1
    var looks = 0
    while true {
      let others = reader.refined(latest)
      var suspects: [(rule: LeakRule, difference: Int64)] = []
      for rule in rules {
        let difference = rule.difference(others, base)
        if rule.isOff(difference, by: rule.slack) {
          suspects.append((rule, difference))
        }
      }
      if suspects.isEmpty || System.nanoseconds >= deadline { return suspects }
      // What an RCU callback frees is gone in a moment; then what waits for somebody to come by; at the end once more.
      looks += 1
      if looks == 1, suspects.contains(where: { $0.rule.isAboutSwap }) {
        LeakCheck.emptySlotCaches()
      } else {
        System.sleep(milliseconds: pause)
        pause = min(pause * 2, 100)
        if looks % 4 == 0 { LeakCheck.drain() }
      }
      System.visitEveryCPU()
      latest = reader.read()
    }
  }

  private func leak(_ rule: LeakRule, _ difference: Int64) -> Leak {
    let (name, unit) = ("\(rule.name)", "\(rule.unit)")
    if rule.item == .mounts || rule.item == .knobs {
      return Leak(expected: name + " as before", seen: name + " changed")
    }
    let before = base[rule.item]
    return Leak(
      expected: "\(name) \(before)\(unit)", seen: "\(name) \(before + difference)\(unit)")
  }

  /// What stands before each state that later ones are compared with: the traces of looking itself, too, are then in both.
  private static func settleFirst() {
    System.visitEveryCPU()
    drain()
    emptySlotCaches()
  }

  /// Empties the LRU batches of every CPU.
  private static func drain() {
    _ = try? System.drainPageLists()  // then a page may be called leaked that is not; root can
  }

  /// Empties the caches of swap slots of every CPU, which any `swapoff(2)` does; without zram they stay.
  private static func emptySlotCaches() {
    guard let area = try? SwapArea(zramOfSize: 64 << 10) else { return }  // see above
    _ = consume area
  }
}

extension LeakRule {
  var isAboutSwap: Bool { item == .swapUsed || item == .swapCharge }
}
