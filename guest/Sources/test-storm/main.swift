import GuestKit
import LinuxMM

// Sixty cases, every third of which ends its guest, or all that runs in it, in a way of its own; for the tests of the
// harness, never installed. They need a kernel built with lkdtm and Tests/KernelLog/provoke.
Suite.main {
  for (index, kind) in Trouble.all.enumerated() {
    let name = (index < 9 ? "storm.0" : "storm.") + "\(index + 1)-"
    Case(name + "before", "nothing is wrong", deadline: .seconds(2)) { (trial) throws(CaseEnd) in
      try work(trial)
    }
    Case(name + kind.name, "\(kind.name)", deadline: .seconds(kind.seconds)) {
      (trial) throws(CaseEnd) in
      try kind.body(trial)
    }
    Case(name + "after", "nothing is wrong any more", deadline: .seconds(2)) {
      (trial) throws(CaseEnd) in try work(trial)
    }
  }
}

/// What a healthy case does: it has memory, which keeps what is written.
func work(_ trial: Trial) throws(CaseEnd) {
  let memory = try trial.attempt("mmap", try Mapping(anonymous: 4 * Memory.pageSize, .private))
  for page in 0..<4 as Range<UInt64> {
    let address = memory.range.start + page * Memory.pageSize
    Memory.storeWord(address, page + 1)
    try trial.expect(
      Memory.loadWord(address) == page + 1, expected: "page \(page) keeps its word",
      seen: "another one")
  }
}
