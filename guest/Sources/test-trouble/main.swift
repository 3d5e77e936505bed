import GuestKit
import LinuxMM

// Cases that end in every way a guest can make them end; for the tests of the harness, never installed.
Suite.main {
  Case("trouble.pass", "passes") { (trial) throws(CaseEnd) in trial.evidence("steps", 1) }
  Case("trouble.fail", "fails") { (trial) throws(CaseEnd) in
    try trial.fail(expected: "1 <event>\u{1b}[31m", seen: "2")
  }
  Case("trouble.skip", "needs what nobody has", needs: [nobodyHasIt]) { (trial) throws(CaseEnd) in
    try trial.fail(expected: "never to run", seen: "it ran")
  }
  Case("trouble.unexercised", "does not take its path") { (trial) throws(CaseEnd) in
    try trial.unexercised("the page would not move")
  }
  Case("trouble.error", "cannot set itself up") { (trial) throws(CaseEnd) in
    _ = try trial.attempt("reading /nowhere", try TextFile.read("/nowhere"))
  }
  Case("trouble.hang", "never ends", deadline: .seconds(1)) { (trial) throws(CaseEnd) in
    while true { System.sleep(milliseconds: 50) }
  }
  Case("trouble.warning", "makes the kernel complain, and passes") { (trial) throws(CaseEnd) in
    let text = "<4>------------[ cut here ]------------\n"
    try trial.attempt("/dev/kmsg", try TextFile.write(text, to: "/dev/kmsg"))
    try trial.attempt(
      "/dev/kmsg",
      try TextFile.write(
        "<4>WARNING: CPU: 0 PID: 1 at mm/test.c:1 test_trouble+0x1/0x2\n", to: "/dev/kmsg"))
    try trial.attempt(
      "/dev/kmsg",
      try TextFile.write("<4>---[ end trace 0000000000000000 ]---\n", to: "/dev/kmsg"))
  }
  Case("trouble.panic", "takes the kernel along") { (trial) throws(CaseEnd) in
    try trial.attempt("/proc/sysrq-trigger", try TextFile.write("c", to: "/proc/sysrq-trigger"))
  }
  Case("trouble.after", "comes too late") { (trial) throws(CaseEnd) in trial.evidence("steps", 1) }
}
