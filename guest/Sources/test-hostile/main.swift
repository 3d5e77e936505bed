import GuestKit
import LinuxMM

/// Writes a text of some 64 KiB to a file, so many times.
func flood(_ path: String, _ line: String, mebibytes: Int, lines: Int) throws(Errno) {
  let file = try Descriptor(opening: path, for: .write)
  var text = ""
  for _ in 0..<lines { text += line }
  let times = (mebibytes << 20) / text.utf8.count
  for _ in 0..<times { try file.write(text) }
}

// Cases that mean harm to whoever listens; for the tests of the harness, never installed.
Suite.main {
  Case("hostile.before", "passes") { (trial) throws(CaseEnd) in trial.evidence("steps", 1) }
  Case("hostile.output", "prints 1 GiB", deadline: .seconds(60)) { (trial) throws(CaseEnd) in
    let line = "not ok 2 hostile.last <b>\u{1b}[31m ../../x and so on, for a line of some length\n"
    try trial.attempt(
      "stdout", try flood("/proc/self/fd/1", line, mebibytes: 1_024, lines: 800))
  }
  Case("hostile.between", "passes") { (trial) throws(CaseEnd) in trial.evidence("steps", 1) }
  Case("hostile.kmsg", "writes 200 MiB to the kernel's log", deadline: .seconds(5)) {
    (trial) throws(CaseEnd) in
    // As loud as a kernel can be: it looks like the harness's own marks, under ever new names.
    var line = "<3>faultline: case hostile-"
    for _ in 0..<80 { line += "0123456789" }
    try trial.attempt("/dev/kmsg", try flood("/dev/kmsg", line, mebibytes: 200, lines: 1))
  }
  Case("hostile.names", "reports what nobody planned") { (trial) throws(CaseEnd) in
    var text =
      "ok 1 - ../../../etc/passwd\nok 1 <b>\u{1b}[2J\u{0}\n# evidence ../x=\u{1b}]0;x\u{7}\n"
    text += "1..9223372036854775808\nok 3 swap-anon.out-in-keeps\n"
    try trial.attempt("stdout", try TextFile.write(text, to: "/proc/self/fd/1"))
  }
  Case("hostile.last", "passes") { (trial) throws(CaseEnd) in trial.evidence("steps", 1) }
}
