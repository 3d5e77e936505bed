import GuestKit
import LinuxMM

/// One way to end a guest.
struct Trouble: Sendable {
  let name: String
  let seconds: Int64
  let body: @Sendable (Trial) throws(CaseEnd) -> Void

  init(
    _ name: String, seconds: Int64 = 1,
    _ body: @escaping @Sendable (Trial) throws(CaseEnd) -> Void
  ) {
    self.name = name
    self.seconds = seconds
    self.body = body
  }

  /// Writes a word to a file of the kernel's, and stays: what the kernel does comes at once or never.
  init(_ name: String, writing word: String, to path: String) {
    self.init(name) { (trial) throws(CaseEnd) in
      try trial.attempt(path, try TextFile.write(word, to: path))
    }
  }

  init(_ name: String, lkdtm type: String) {
    self.init(name, writing: type, to: "/sys/kernel/debug/provoke-crash/DIRECT")
  }

  static let all: [Trouble] = [
    Trouble("panic", writing: "c", to: "/proc/sysrq-trigger"),
    Trouble("null-write", lkdtm: "EXCEPTION"),
    Trouble("bug", lkdtm: "BUG"),
    Trouble("kthread-oops", writing: "kthread_oops", to: "/sys/kernel/debug/provoke"),
    Trouble("irqs-off-loop", lkdtm: "HARDLOCKUP"),
    Trouble("preempt-off-loop", lkdtm: "SOFTLOCKUP"),
    Trouble("spinlock-twice") { (trial) throws(CaseEnd) in
      for _ in 0..<2 {
        try trial.attempt(
          "lkdtm",
          try TextFile.write("SPINLOCKUP", to: "/sys/kernel/debug/provoke-crash/DIRECT"))
      }
    },
    Trouble("hung-task", lkdtm: "HUNG_TASK"),
    Trouble("init-killed", killInit),
    Trouble("init-frozen", writing: "1", to: "/sys/fs/cgroup/agent/cgroup.freeze"),
    Trouble("flooded-port", floodPort),
    Trouble("flooded-log", floodLog),
    Trouble("oom-panic", seconds: 10, exhaustMemory),
    Trouble("oom-memcg", seconds: 10, exhaustGroup),
    Trouble("qemu-killed", seconds: 2, awaitHost),
    Trouble("qemu-stopped", seconds: 2, awaitHost),
    Trouble("stack-exhausted", lkdtm: "EXHAUST_STACK"),
    Trouble("list-corruption", lkdtm: "CORRUPT_LIST_ADD"),
    Trouble("everybody-killed", writing: "i", to: "/proc/sysrq-trigger"),
    Trouble("never-ends") { (_) throws(CaseEnd) in
      while true { System.sleep(milliseconds: 50) }
    },
  ]
}

/// Overwrites PID 1's code: its own handlers, too, so that the kernel loses its init.
private func killInit(_ trial: Trial) throws(CaseEnd) {
  let traced = try trial.attempt("tracing init", try TracedProcess(1))
  // Where static programs are linked to.
  let text: UInt64 = 0x40_1000
  for offset in stride(from: 0, to: 0x20000 as UInt64, by: 8) {
    // Past the end of the code there is nothing to overwrite.
    guard (try? traced.poke(text + offset, 0)) != nil else { break }  // see above
  }
}

private func floodPort(_ trial: Trial) throws(CaseEnd) {
  let line = "not a line of KTAP, and not the last one of its kind\n"
  while true { _ = try? System.emit(line, to: 1) }  // the flood is the point
}

private func floodLog(_ trial: Trial) throws(CaseEnd) {
  let line = "<6>storm: and on it goes\n"
  while true { _ = try? TextFile.write(line, to: "/dev/kmsg") }  // the flood is the point
}

/// Takes all memory of a guest that panics rather than kill.
private func exhaustMemory(_ trial: Trial) throws(CaseEnd) {
  try trial.attempt("panic_on_oom", try TextFile.write("1", to: "/proc/sys/vm/panic_on_oom"))
  try take(trial)
}

private func exhaustGroup(_ trial: Trial) throws(CaseEnd) {
  try trial.attempt(
    "memory.max", try TextFile.write("16777216", to: "/sys/fs/cgroup/test/run/memory.max"))
  try take(trial)
}

/// Touches page after page of more memory than there is.
private func take(_ trial: Trial) throws(CaseEnd) {
  let memory = try trial.attempt("mmap", try Mapping(anonymous: Memory.pageSize << 19, .private))
  for page in 0..<(1 << 19) as Range<UInt64> {
    Memory.storeWord(memory.range.start + page * Memory.pageSize, page + 1)
  }
}

/// Gives the host a second in which it may do something to QEMU.
private func awaitHost(_ trial: Trial) throws(CaseEnd) {
  System.sleep(milliseconds: 800)
}
