import Foundation
import Subprocess
import SystemPackage
import Testing

/// The built executable, as a user calls it.
@Suite("the command line")
struct CommandLineTests {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Runs `bin/faultline`; `make test` builds it first.
  static func faultline(
    _ arguments: [String], environment: [Environment.Key: String?] = [:]
  ) async throws -> (status: TerminationStatus, out: String, err: String) {
    let result = try await Subprocess.run(
      .path(FilePath(root.appendingPathComponent("bin/faultline").path)),
      arguments: Arguments(arguments), environment: .inherit.updating(environment),
      output: .string(limit: 1 << 22), error: .string(limit: 1 << 20))
    return (result.terminationStatus, result.standardOutput, result.standardError)
  }

  @Test("a reader that has enough is no error")
  func closedPipe() async throws {
    let program = Self.root.appendingPathComponent("bin/faultline").path
    let script = "\"$0\" list --format json | head -1 >/dev/null; exit ${PIPESTATUS[0]}"
    let result = try await Subprocess.run(
      .name("bash"), arguments: ["-c", script, program], output: .string(limit: 1 << 10),
      error: .string(limit: 1 << 10))
    #expect(result.terminationStatus == .exited(0))
    #expect(result.standardError == "")
  }

  @Test(
    "what does not exist ends with 64, the name and the nearest known names",
    arguments: [
      (["--kernel", "debian-6.21"], "kernel “debian-6.21”", "debian-6.12", "kernels list"),
      (["--suite", "swpa"], "suite “swpa”", "swap", "faultline list"),
      (["--machine", "defautl"], "machine “defautl”", "default", "list --machines"),
      (
        ["--suite", "swap", "--filter", "swap-anon.out-in-keps"],
        "case matching “swap-anon.out-in-keps”", "swap-anon.out-in-keeps", "list --suite swap"
      ),
    ])
  func unknownNames(
    _ arguments: [String], _ what: String, _ near: String, _ list: String
  ) async throws {
    let run = try await Self.faultline(["run"] + arguments)
    #expect(run.status == .exited(64))
    let lines = run.err.split(separator: "\n")
    try #require(lines.count == 3)
    #expect(lines[0] == "error: there is no \(what)")
    #expect(lines[1].hasPrefix("  near:  ") && lines[1].contains(near))
    #expect(lines[2].hasPrefix("  try:   ") && lines[2].contains(list))
    #expect(run.out.isEmpty)
  }

  @Test("an unknown flag ends with 64 and a suggestion")
  func unknownFlag() async throws {
    let run = try await Self.faultline(["run", "--kernl", "x"])
    #expect(run.status == .exited(64))
    #expect(run.err.contains("Did you mean '--kernel'?"))
  }

  @Test("without QEMU: 69 and the apt line")
  func noEmulator() async throws {
    // Only what finds the programs' digests: sha256sum is coreutils'.
    let tools = FileManager.default.temporaryDirectory
      .appendingPathComponent("tools-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: tools.appendingPathComponent("sha256sum").path,
      withDestinationPath: "/usr/bin/sha256sum")
    let run = try await Self.faultline(
      ["run", "--kernel", "debian-6.12", "--suite", "swap"], environment: ["PATH": tools.path])
    try FileManager.default.removeItem(at: tools)
    #expect(run.status == .exited(69))
    #expect(run.err.contains("there is no qemu-system-x86_64 in PATH"))
    #expect(run.err.contains("apt-get install qemu-system-x86"))
  }

  @Test("without its own files: 69 and what to set")
  func noHome() async throws {
    let run = try await Self.faultline(["list"], environment: ["FAULTLINE_HOME": "/nowhere"])
    #expect(run.status == .exited(69))
    #expect(run.err.contains("searched: /nowhere"))
    #expect(run.err.contains("FAULTLINE_HOME"))
  }

  @Test("list shows every case once, and the core set is there")
  func list() async throws {
    let run = try await Self.faultline(["list", "--format", "json"])
    #expect(run.status == .exited(0))
    struct Listing: Decodable {
      let suite: String
      let `case`: String
    }
    let cases = try JSONDecoder().decode([Listing].self, from: Data(run.out.utf8))
    let names = cases.map(\.case)
    #expect(names.count >= 90)
    #expect(Set(names).count == names.count)
  }

  @Test("doctor looks at everything and says how to mend what is not well")
  func doctor() async throws {
    let run = try await Self.faultline(["doctor"])
    for subject in ["packages", "QEMU", "libvirt", "guest programs", "kernels", "accelerator"] {
      #expect(run.out.contains(subject))
    }
    #expect(run.status == .exited(0), "\(run.out)")
  }
}
