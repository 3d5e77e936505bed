import Foundation
import Results
import Subprocess
import SystemPackage
import Testing

extension Harness {
  /// Runs `faultline run --keep-for`, and `look` as soon as a guest is kept; it gets the process and its run directory.
  func keeping(
    _ arguments: [String], seconds: Int = 900,
    look: @escaping @Sendable (pid_t, String) async throws -> Void
  ) async throws -> Outcome {
    let out = directory.appendingPathComponent("run-\(UUID().uuidString.prefix(8))")
    let words =
      ["run", "--accel", "tcg", "--out", out.path, "--keep-for", "\(seconds)"] + arguments
    let home = directory.path
    let result = try await Turn.take {
      try await Subprocess.run(
        .path(FilePath(Self.root.appendingPathComponent("bin/faultline").path)),
        arguments: Arguments(words),
        environment: .inherit.updating(["FAULTLINE_HOME": home, "XDG_STATE_HOME": home]),
        input: .none, output: .discarded, error: .string(limit: 1 << 20)
      ) { execution -> pid_t in
        let pid = execution.processIdentifier.value
        do {
          let keeper = try #require(await Self.keeper(pid), "it keeps nothing")
          try await look(pid, keeper)
        } catch {
          kill(pid, SIGINT)
          throw error
        }
        return pid
      }
    }
    let json = out.appendingPathComponent("run.json")
    return Outcome(
      status: result.terminationStatus,
      run: try JSONDecoder().decode(Run.self, from: Data(contentsOf: json)),
      err: result.standardError, console: "",
      leftovers: try await leftovers(of: result.closureResult), seen: 1, peak: 0)
  }

  /// Runs the executable to its end, with this home.
  func faultline(_ arguments: [String]) async throws -> Command.Outcome {
    let result = try await Subprocess.run(
      .path(FilePath(Self.root.appendingPathComponent("bin/faultline").path)),
      arguments: Arguments(arguments),
      environment: .inherit.updating(["FAULTLINE_HOME": directory.path]), input: .none,
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    return Command.Outcome(
      status: result.terminationStatus, out: result.standardOutput, err: result.standardError)
  }

  /// The run directory of a process, once that keeps a guest; nil when it ends instead.
  private static func keeper(_ pid: pid_t) async -> String? {
    while isAlive(pid) {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? []  // never
      let directories = names.filter { $0.hasPrefix("faultline-\(geteuid())-\(pid)-") }
      if let name = directories.first,
        FileManager.default.fileExists(atPath: "/tmp/\(name)/control")
      {
        return "/tmp/" + name
      }
      // Only a test that is cancelled wakes it early, and that ends soon.
      try? await Task.sleep(for: .milliseconds(50))  // see above
    }
    return nil
  }
}

/// The client's end of a Unix socket.
struct Socket: ~Copyable {
  private let descriptor: CInt

  init(_ path: String) throws {
    descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { [descriptor] in
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0, "\(path): \(String(cString: strerror(errno)))")
    var time = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(descriptor) }

  /// Sends a text and reads what comes until a packet has its end.
  func ask(_ text: String) throws -> String {
    let bytes = Array(text.utf8)
    try #require(send(descriptor, bytes, bytes.count, 0) == bytes.count)
    var answer = ""
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while !answer.dropLast(2).hasSuffix("#") {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      try #require(count > 0, "no answer, only “\(answer)”")
      answer += String(decoding: buffer[..<count], as: UTF8.self)
    }
    return answer
  }
}
