import LinuxMM

// A program that is not ours, as far as the harness knows; for its tests, never installed. Each word on its command line
// is one thing it does, in that order.

func say(_ text: String) {
  _ = try? System.emit(text)  // nobody listens any more
}

func write(_ text: String, to path: String) {
  _ = try? TextFile.write(text, to: path)  // the test then misses what it looks for
}

/// TAP with everything that kselftests are seen to do.
func speak() {
  say("TAP version 13\n# looking around\n")
  say("progress...ok 1 Odd Name (4 KiB)\n")
  say("ok 2 # SKIP no luck today\n")
  say("# [FAIL] lost: 3 pages\nnot ok 3 fails badly\n")
  say("ok 4 # XFAIL known to be odd\n")
  say("some noise\n  TAP version 13\n  1..1\n  not ok 1 inner\nok 5 outer\n")
  say("ok 6 Odd Name (4 KiB)\nok 7 -- \n")
  say("# Totals: pass:4 fail:1 xfail:1 xpass:0 skip:1 error:0\n1..7")
}

func complain() {
  write("<4>------------[ cut here ]------------\n", to: "/dev/kmsg")
  write("<4>WARNING: CPU: 0 PID: 1 at mm/test.c:1 stranger+0x1/0x2\n", to: "/dev/kmsg")
  write("<4>---[ end trace 0000000000000000 ]---\n", to: "/dev/kmsg")
  System.sleep(milliseconds: 100)
}

for word in System.arguments.dropFirst() {
  switch word.utf8.first {
  case UInt8(ascii: "t"): speak()  // tap
  case UInt8(ascii: "w"):  // warn
    say("1..2\nok 1 quiet\n")
    System.sleep(milliseconds: 200)
    complain()
    say("ok 2 loud\n")
  case UInt8(ascii: "s"): say("1..3\nok 1 first\n")  // short
  case UInt8(ascii: "b"): say("# trying it...Bail out! no more\n")  // bail
  case UInt8(ascii: "f"): _ = try? TextFile.makeDirectory("/dev/shm/left")  // file: left behind
  case UInt8(ascii: "k"): Memory.store(0x1000, 1)  // kill
  case UInt8(ascii: "h"): System.sleep(milliseconds: 3_600_000)  // hang
  case UInt8(ascii: "p"):  // panic
    // What is on its way to the host when the kernel dies is lost.
    System.sleep(milliseconds: 1_000)
    write("c", to: "/proc/sysrq-trigger")
  case UInt8(ascii: "0"): System.exit(0)
  case UInt8(ascii: "1"): System.exit(1)
  case UInt8(ascii: "4"): System.exit(4)
  default: say("what is \(word)?\n")
  }
}
System.exit(0)
