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

  @Test(
    "what does not exist ends with 64, the name and the nearest known names",
    arguments: [
      (
        ["run", "--kernel", "debian-6.21"],
        """
        error: there is no kernel “debian-6.21”
          near:  debian-6.1, debian-6.12, debian-5.10
          try:   faultline kernels list, or the path of a bzImage, vmlinux or build tree

        """
      ),
      (
        ["run", "--suite", "swpa"],
        "error: there is no suite “swpa”\n  near:  swap\n  try:   faultline list\n"
      ),
      (
        ["run", "--machine", "defautl"],
        "error: there is no machine “defautl”\n  near:  default\n  try:   faultline list --machines\n"
      ),
      (
        ["run", "--suite", "swap", "--filter", "swap-anon.out-in-keps"],
        """
        error: there is no case matching “swap-anon.out-in-keps”
          near:  swap-anon.out-in-keeps, swap-shmem.out-in-keeps/shmem, swap-shmem.out-in-keeps/tmpfs
          try:   faultline list --suite swap

        """
      ),
    ])
  func unknownNames(_ arguments: [String], _ words: String) async throws {
    let run = try await Self.faultline(arguments)
    #expect(run.status == .exited(64))
    #expect(run.err == words)
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
