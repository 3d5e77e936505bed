internal import Foundation
internal import GuestProtocol
package import Results

extension Machine {
  /// Presses the magic SysRq keys in the guest, one after the other.
  ///
  /// `w` shows blocked tasks, `l` backtraces, `c` crashes the kernel. It needs a living init.
  package func sysrq(_ keys: String) {
    channel.send(.sysrq(keys: keys))
  }

  /// Whether init answers within `patience`; somebody else must be reading the guest's records.
  package func answers(within patience: Duration) async -> Bool {
    let asked = ContinuousClock.now
    channel.send(.ping(nonce: "overdue"))
    while end == nil, ContinuousClock.now < asked + patience {
      if let lastPong, lastPong >= asked { return true }
      // Cancelled: the guest did answer, by ending its program.
      let hasSlept = try? await Task.sleep(for: .milliseconds(50))  // see above
      if hasSlept == nil { return true }
    }
    return false
  }

  /// Gives up a guest in which a case is overdue, with what it can still tell on its console; whoever waits for it
  /// gets the end.
  ///
  /// With a living init every blocked task and every CPU shows its backtrace; else an NMI asks the kernel.
  package func giveUp(initAnswers: Bool) async {
    guard initAnswers else { return interrogate() }
    sysrq("wl")
    // Cancelled: it ended after all.
    guard (try? await Task.sleep(for: deadlines.backtraces)) != nil else { return }  // see above
    giveUp(.hung(.program))
  }

  /// What hung, by where a kernel was when it got the NMI.
  static func hang(_ console: String) -> Hang {
    // A kernel that stays after its panic says so once more at its end, behind the backtraces.
    let last = console.range(of: Console.panicMark, options: .backwards)?.lowerBound
    let console = console[..<(last ?? console.endIndex)]
    guard let start = console.range(of: "NMI: Not continuing", options: .backwards) else {
      return .kernel
    }
    // The first instruction pointer is the interrupted one; others tell how it came to be there.
    let answer = console[start.lowerBound...].split(whereSeparator: \.isNewline)
      .first { $0.contains("RIP: ") }
    guard let answer else { return .kernel }
    let idle = ["safe_halt", "default_idle", "mwait_idle", "acpi_idle", "RIP: 0033:"]
    return idle.contains { answer.contains($0) } ? .userspace : .kernel
  }
}
