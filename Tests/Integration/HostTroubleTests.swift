import Foundation
import Results
import Subprocess
import Testing

/// What the host can do to a run.
@Suite("a host in trouble", .serialized)
struct HostTroubleTests {
  private static let arguments = [
    "--kernel", "debian-6.12", "--machine", "small", "--suite", "fork", "--filter", "fork-*",
  ]

  @Test("a full disk: the results are shown, and kept elsewhere", .enabled(if: geteuid() == 0))
  func fullDisk() async throws {
    let command = try Command()
    defer { command.remove() }
    let small = command.directory.appendingPathComponent("small").path
    let outcome = try await command.run(
      "unshare",
      [
        "-m", "sh", "-c",
        "mkdir \"$0\" && mount -t tmpfs -o size=8k faultline \"$0\" && exec \"$@\"",
        small, Command.root.path + "/bin/faultline", "run", "--accel", "tcg", "--format", "json",
        "--out", small + "/out",
      ] + Self.arguments, environment: ["TMPDIR": command.directory.path])
    #expect(outcome.status == .exited(69), "\(outcome.err)")
    #expect(outcome.err.contains("No space left on device"), "\(outcome.err)")
    let shown = try JSONDecoder().decode(Run.self, from: Data(outcome.out.utf8))
    #expect(shown.exitStatus == 0)
    let place = try #require(outcome.err.split(separator: "they are in ").last)
    let file = place.prefix { $0 != "\n" } + "/run.json"
    let kept = try JSONDecoder().decode(
      Run.self, from: Data(contentsOf: URL(fileURLWithPath: String(file))))
    #expect(kept == shown)
  }

  @Test("a results directory that goes away is made anew")
  func goneDirectory() async throws {
    let harness = try Harness(suites: ["fork"])
    defer { harness.remove() }
    let files = harness.directory.appendingPathComponent("run")
    let outcome = try await harness.run(
      Self.arguments,
      Harness.Meddling(at: "# case ") { _ in
        // The test sees whether it is there again.
        try? FileManager.default.removeItem(at: files)  // see above
      })
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    #expect(outcome.run.results.count == 6)
  }

  @Test("too few open files are named before anything starts")
  func fewFiles() async throws {
    let command = try Command()
    defer { command.remove() }
    let outcome = try await command.run(
      "sh",
      ["-c", "ulimit -n 40; exec \"$@\"", "sh", Command.root.path + "/bin/faultline", "run"]
        + Self.arguments)
    #expect(outcome.status == .exited(69))
    #expect(outcome.err.contains("may have 40 files open, and needs 64"), "\(outcome.err)")
    #expect(outcome.err.contains("ulimit -n"))
  }

  @Test("a libvirt that does not answer is given up, and Ctrl-C does not wait for it")
  func silentLibvirt() async throws {
    let command = try Command()
    defer { command.remove() }
    let socket = try SilentSocket(command.directory.appendingPathComponent("silent").path)
    defer { socket.close() }
    let arguments =
      ["run", "--connect", "qemu+unix:///system?socket=\(socket.path)"] + Self.arguments
    let outcome = try await command.faultline(arguments)
    #expect(outcome.status == .exited(69))
    #expect(outcome.err.contains("it has not answered for 30 s"), "\(outcome.err)")
    let stopped = try await command.run(
      "timeout", ["-s", "INT", "3", Command.root.path + "/bin/faultline"] + arguments)
    #expect(stopped.err.contains("30 s") == false, "\(stopped.err)")
  }
}

/// A socket that takes connections, and says nothing.
private struct SilentSocket {
  let path: String
  private let descriptor: CInt

  /// - Throws: `POSIXError` when it cannot be made.
  init(_ path: String) throws {
    self.path = path
    descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    guard status == 0, listen(descriptor, 8) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
  }

  func close() { _ = Foundation.close(descriptor) }
}
