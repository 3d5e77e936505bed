internal import GuestProtocol
internal import LinuxMM

/// Runs a program that is not ours and passes on what it prints, in a guest: `escort NAME PATH DEADLINE_MS [ARG]…`.
///
/// It does for the program what the runner does for a case: marks in the kernel's log, a process group that is killed
/// as a whole, a deadline, a check for leaks. After the program's last line it says how it ended, each on a line of its
/// own: `# faultline leak EXPECTED | SEEN`, then `# faultline end exited 1`, `signalled SIGSEGV`, `late 300000` or
/// `failed ENOENT`. What the program's lines mean is for the host to find out; here result lines are only counted,
/// so that what the kernel prints can be told apart: the marks call the time up to the nth one `point/N`.
public enum Escort {
  public static func main() -> Never {
    let words = System.arguments
    guard words.count >= 4, let deadline = number(words[3]) else {
      Suite.say("error: usage: escort NAME PATH DEADLINE_MS [ARG]...\n", to: 2)
      System.exit(64)
    }
    var escorted = Escorted(words[1], words[2], Array(words.dropFirst(4)))
    escorted.run(milliseconds: deadline)
    System.exit(0)
  }

  private static func number(_ text: String) -> UInt64? {
    var value: UInt64 = 0
    for byte in text.utf8 {
      guard byte >= 48, byte <= 57, value < 1 << 40 else { return nil }
      value = value * 10 + UInt64(byte - 48)
    }
    return text.isEmpty ? nil : value
  }
}

/// One such program while it runs.
private struct Escorted {
  private let name: String
  private let path: String
  private let arguments: [String]
  private var reader = KTAPReader()
  /// The number of the point that the program works on.
  private var point = 1
  private var endsLine = true

  /// How long output may stay silent after the program's end: a process that it left may hold it.
  private static let quiet: Int32 = 100
  private static let burial = Duration.seconds(2)

  init(_ name: String, _ path: String, _ arguments: [String]) {
    (self.name, self.path, self.arguments) = (name, path, arguments)
  }

  mutating func run(milliseconds: UInt64) {
    System.ignoreBrokenPipes()
    _ = try? Descendants.adopt()  // then what it left to init stays there
    let end: String
    var leakCheck: LeakCheck?
    do throws(Errno) {
      // First, since it may mount devpts.
      let (reading, writing) = try Execution.output()
      let output = Descriptor(adopting: reading)
      leakCheck = LeakCheck(ofForeignProgram: true)
      // What it leaves in its files is its own affair, and none of the kernel's.
      try Execution.coverTemporaryFiles()
      mark("start")
      end = try follow(output, writing, milliseconds)
    } catch { end = "failed \(error)" }
    let patience = Escorted.burial.scaledMilliseconds
    let left = Descendants.end(within: patience)
    _ = try? Execution.uncoverTemporaryFiles()  // then its files show up as a leak
    var leaks: (expected: String, seen: String)?
    if left > 0 {
      let leak = Leak(expected: "no process of it", seen: "\(left), and SIGKILL does not end them")
      leaks = Leak.summary([leak], ", for \(patience) ms")
    } else if let leakCheck {
      let (found, circumstances) = leakCheck.look(after: name, isLast: true)
      if !found.isEmpty { leaks = Leak.summary(found, circumstances) }
    }
    mark("end")
    if !endsLine { Suite.say("\n") }
    if let leaks { Suite.say("# faultline leak \(leaks.expected) | \(leaks.seen)\n") }
    Suite.say("# faultline end \(end)\n")
  }

  /// Starts the program and passes its output on until it has ended; answers how.
  private mutating func follow(
    _ output: borrowing Descriptor, _ writing: Int32, _ milliseconds: UInt64
  ) throws(Errno) -> String {
    let (path, name, words) = (path, name, arguments)
    var child = try ChildProcess(ownGroup: true) {
      let error = Execution.become(path, named: name, words, output: writing)
      Suite.say("error: \(path) cannot be executed: \(error)\n", to: 2)
      return 127
    }
    Descriptor(adopting: writing).close()
    let deadline = System.nanoseconds + milliseconds * 1_000_000
    var end: ChildProcess.End?
    var isLate = false
    while true {
      let isOpen = pass(on: output, milliseconds: end == nil ? 20 : Escorted.quiet)
      if end != nil, !isOpen { break }
      if end == nil { end = try child.wait(milliseconds: isOpen ? 0 : 20) }
      guard System.nanoseconds >= deadline else { continue }
      isLate = end == nil
      break
    }
    child.killGroup()
    if isLate, try child.wait(milliseconds: Escorted.burial.scaledMilliseconds) == nil {
      child.abandon()
    }
    if isLate { return "late \(milliseconds)" }
    guard let end else { return "failed ECHILD" }
    if case .exited(let status) = end { return "exited \(status)" }
    return "signalled \(end)"
  }

  /// Passes on what there is; false when nothing came in that time, or nothing more will.
  private mutating func pass(on output: borrowing Descriptor, milliseconds: Int32) -> Bool {
    let bytes: [UInt8]
    do throws(Errno) {
      guard try output.poll(milliseconds: milliseconds) != 0 else { return false }
      bytes = try output.read(atMost: 4096)
    } catch { return error == .interrupted }
    guard let last = bytes.last else { return false }
    endsLine = last == 10
    var passed = 0
    reader.read(bytes) { event in
      if case .point(let point) = event, point.depth == 0 { passed += 1 }
    }
    for _ in 0..<passed {
      mark("end")
      point += 1
      mark("start")
    }
    bytes.withUnsafeBytes { System.emitBytes($0) }
    return true
  }

  private func mark(_ word: String) {
    let line = "<3>faultline: case point/\(point) \(word)\n"
    _ = try? TextFile.write(line, to: "/dev/kmsg")  // without it the marks are lost, not results
  }
}
