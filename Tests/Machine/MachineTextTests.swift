import Foundation
import Glibc
import Results
import Testing

@testable import Machine

@Suite("texts")
struct MachineTextTests {
  static let errors: [(MachineError, String)] = [
    (
      .noEmulator,
      """
      there is no qemu-system-x86_64 in PATH
        try:     apt-get install qemu-system-x86 libvirt-daemon-driver-qemu
      """
    ),
    (
      .notStarted(guest: "g", cause: "qemu: no memory"),
      "guest g does not start\n  cause:   qemu: no memory"
    ),
    (
      .noGreeting(guest: "g", within: .seconds(30), consoleBytes: 12, lastLine: "[ 0.1] hm"),
      """
      guest g did not greet within 30 s
        console: 12 bytes, the last line: [ 0.1] hm
      """
    ),
    (
      .noGreeting(guest: "g", within: .seconds(30), consoleBytes: 0, lastLine: ""),
      "guest g did not greet within 30 s\n  console: 0 bytes"
    ),
    (
      .endedBeforeGreeting(guest: "g", end: .panic), "guest g ended before it greeted: it panicked"
    ),
    (
      .endedBeforeGreeting(guest: "g", end: .broken("speaks version 2")),
      "guest g ended before it greeted: it speaks version 2"
    ),
    (
      .notPushed(program: "swap", cause: "no space"),
      "the guest does not take the program swap: no space"
    ),
    (.guestGone(guest: "g", end: .hung(.unknown)), "guest g is gone: it hung"),
    (
      .guestGone(guest: "g", end: .vanished("QEMU was killed by signal 9")),
      "guest g is gone: QEMU was killed by signal 9"
    ),
    (.unreadable(path: "/k"), "/k cannot be read"),
    (.noFile(path: "/x", cause: "Permission denied"), "/x cannot be made: Permission denied"),
  ]

  @Test("every error is a sentence, with its values", arguments: errors)
  func error(error: MachineError, text: String) {
    #expect(error.description == text)
  }

  @Test("the driver's configuration")
  func configuration() {
    let common = """
      dynamic_ownership = 0
      remember_owner = 0
      stdio_handler = "file"
      security_driver = "none"
      cgroup_controllers = []
      namespaces = []
      seccomp_sandbox = 1

      """
    #expect(EmbeddedDriver.configuration(nil) == common)
    #expect(
      EmbeddedDriver.configuration("libvirt-qemu")
        == common + "user = \"libvirt-qemu\"\ngroup = \"libvirt-qemu\"\n")
  }

  @Test(
    "a URI leads away when it names a host",
    arguments: [
      ("qemu:///system", true), ("qemu:///session", true),
      ("qemu+unix:///system?socket=/run/s", true), ("qemu+ssh://user@host/system", false),
      ("qemu+tcp://localhost:16601/session", false), ("qemu+ext:///session", false),
    ])
  func address(uri: String, isLocal: Bool) {
    #expect(HypervisorAddress(uri).isLocal == isLocal)
  }

  @Test(
    "a pool is stale when its process is gone",
    arguments: [
      ("faultline-vm-0-17-ab", true), ("faultline-vm-0-18-ab", false),
      ("faultline-other-0-17-ab", false), ("faultline-vm-0-x-ab", false), ("default", false),
    ])
  func stalePool(name: String, isStale: Bool) {
    #expect(RemoteFiles.isStale(name, prefix: "faultline-vm-0-") { $0 == 18 } == isStale)
  }
}

@Suite("console")
struct ConsoleTests {
  private let path = FileManager.default.temporaryDirectory.path + "/faultline-console-\(UUID())"

  private func feed(_ console: Console, _ text: String) {
    Array(text.utf8).withUnsafeBytes { console.receive($0) }
  }

  @Test("every byte reaches the log and the caller, in order")
  func order() throws {
    defer { unlink(path) }
    let (chunks, continuation) = AsyncStream.makeStream(of: String.self)
    let console = try Console(log: path) { continuation.yield(String(decoding: $0, as: UTF8.self)) }
    for line in 0..<100 { feed(console, "line \(line)\r\n") }
    continuation.finish()
    let expected = (0..<100).map { "line \($0)\r\n" }.joined()
    #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
    #expect(console.byteCount == expected.utf8.count)
    #expect(console.lastLine == "line 99")
    _ = chunks
  }

  @Test("a flood ends the log with a note, and is counted on")
  func flood() throws {
    defer { unlink(path) }
    let console = try Console(log: path)
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
    for _ in 0..<70 { chunk.withUnsafeBytes { console.receive($0) } }
    #expect(console.byteCount == 70 << 20)
    let log = try #require(FileManager.default.contents(atPath: path))
    let note = "\n[faultline: the console log ends here, at 64 MiB]\n"
    #expect(log.count == Console.maximumBytes + note.utf8.count)
    #expect(log.suffix(note.utf8.count) == Data(note.utf8))
  }

  @Test("a log that cannot be opened is an error with its path")
  func unwritable() {
    let error = #expect(throws: MachineError.self) { _ = try Console(log: "/nonexistent/log") }
    #expect(error == .noFile(path: "/nonexistent/log", cause: "No such file or directory"))
  }
}
