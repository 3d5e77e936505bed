import Foundation
import Results
import Subprocess
import Testing

/// Guests that `run --keep` keeps, looked at from another process.
@Suite("a kept guest", .serialized)
struct KeepTests {
  @Test("of a case that fails can be debugged and dumped until Ctrl-C; the others run elsewhere")
  func failure() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let file = harness.directory.appendingPathComponent("memory.elf")
    let outcome = try await harness.keeping([
      "--kernel", "debian-6.12", "--filter", "trouble.fail", "--filter", "trouble.after", "--gdb",
    ]) { pid, directory in
      let name = try #require(Self.guest(in: directory))
      let list = try await harness.faultline(["guests"])
      #expect(list.out.contains("kept: guest \(name), as it is after test-trouble/trouble.fail"))
      #expect(list.out.contains("target remote \(directory)/gdb/\(name)"))
      // A packet of gdb's protocol: why have you stopped?
      let socket = try Socket(directory + "/gdb/" + name)
      #expect(try socket.ask("$?#3f").hasPrefix("+$T"))

      let dump = try await harness.faultline(["dump", name, "--out", file.path])
      #expect(dump.status == .exited(0), "\(dump.err)")
      #expect(dump.out == file.path + "\n")
      try Self.expectCore(file, release: "6.12.")
      let again = try await harness.faultline(["dump", name, "--out", file.path])
      #expect(again.status == .exited(69))
      #expect(again.err.contains("\(file.path) is there already"))
      let unknown = try await harness.faultline(["dump", "nobody"])
      #expect(unknown.status == .exited(64))
      #expect(unknown.err.contains("there is no kept guest “nobody”\n  kept:  "))
      #expect(unknown.err.contains(name))
      #expect(Harness.emulators(of: pid).count == 1)
      kill(pid, SIGINT)
    }
    #expect(outcome.status == .exited(1))
    let verdicts = outcome.run.results.map(\.verdict)
    #expect(verdicts == [.pass, .fail, .pass])
    #expect(outcome.err.contains("Ctrl-C ends it, and 900 s from now."))
    #expect(outcome.leftovers == 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: harness.directory.path)
    #expect(!files.contains { $0.hasSuffix(".part") })
  }

  @Test(
    "whose kernel panicked still has its memory, be it booted or restored",
    arguments: ["none", "case"])
  func panic(_ isolation: String) async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let file = harness.directory.appendingPathComponent("memory.elf")
    let outcome = try await harness.keeping([
      "--kernel", "debian-6.12", "--filter", "trouble.panic", "--filter", "trouble.after",
      "--isolate", isolation,
    ]) { pid, directory in
      let name = try #require(Self.guest(in: directory))
      let dump = try await harness.faultline(["dump", name, "--out", file.path])
      #expect(dump.status == .exited(0), "\(dump.err)")
      try Self.expectCore(file, release: "6.12.")
      let memory = try Data(contentsOf: file, options: .alwaysMapped)
      #expect(memory.range(of: Data("Kernel panic - not syncing: %s".utf8)) != nil)
      #expect(memory.range(of: Data("case trouble.panic start".utf8)) != nil)
      kill(pid, SIGTERM)
    }
    #expect(outcome.status == .exited(1))
    let results = outcome.run.results
    #expect(results.map(\.verdict).sorted { $0.rawValue < $1.rawValue } == [.crash, .pass, .pass])
    let panic = try #require(results.first { $0.planned.name == "trouble.panic" })
    #expect(panic.splats.map(\.title) == ["Kernel panic: sysrq triggered crash"])
    #expect(outcome.leftovers == 0)
  }

  @Test("goes with its keeper, however that ends, and after its time")
  func ends() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let arguments = ["--kernel", "debian-6.12", "--filter", "trouble.fail"]
    let killed = try await harness.keeping(arguments) { pid, _ in kill(pid, SIGKILL) }
    #expect(killed.status == .signaled(SIGKILL))
    #expect(killed.leftovers == 0)
    let over = try await harness.keeping(arguments, seconds: 1) { pid, directory in
      #expect(Self.guest(in: directory) != nil)
      #expect(!Harness.emulators(of: pid).isEmpty)
    }
    #expect(over.status == .exited(1))
    #expect(over.leftovers == 0)
  }

  @Test("is not kept when nothing fails, and --keep does not wait where nobody can press Ctrl-C")
  func refusals() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let fine = try await harness.run([
      "--kernel", "debian-6.12", "--filter", "trouble.after", "--keep-for", "900",
    ])
    #expect(fine.status == .exited(0))
    #expect(fine.err.contains("no guest is kept"))
    for (arguments, words) in [
      (["--keep"], "--keep-for SECONDS"), (["--keep-for", "0"], "expected 1 to 604800"),
      (["--keep-for", "9", "--connect", "qemu:///session"], "without --connect"),
      (["--gdb", "--connect", "qemu:///session"], "without --connect"),
    ] {
      let run = try await harness.faultline(["run"] + arguments)
      #expect(run.status == .exited(64))
      #expect(run.err.contains(words), "\(run.err)")
    }
    let dump = try await harness.faultline(["dump", "nobody"])
    #expect(dump.status == .exited(64))
  }

  /// The name of the guest that was kept: the others are gone, and what they had.
  private static func guest(in directory: String) -> String? {
    // Without the directory the count below is wrong.
    let names = try? FileManager.default.contentsOfDirectory(  // see above
      atPath: directory + "/run/qemu")
    let pids = (names ?? []).filter { $0.hasPrefix("faultline-") && $0.hasSuffix(".pid") }
    #expect(pids.count == 1)
    return pids.first.map { String($0.dropFirst(10).dropLast(4)) }
  }

  /// An ELF core for its owner alone, with the kernel's note.
  private static func expectCore(_ file: URL, release: String) throws {
    let data = try Data(contentsOf: file, options: .alwaysMapped)
    #expect(data.prefix(6) == Data([0x7f, 0x45, 0x4c, 0x46, 2, 1]))
    #expect(data[16] == 4 && data[18] == 62)
    let header = Int(data[32])
    #expect(data[header] == 4)
    func number(_ offset: Int) -> Int {
      data[offset..<offset + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let notes = data[number(header + 8)..<number(header + 8) + number(header + 32)]
    #expect(notes.range(of: Data("VMCOREINFO\0".utf8)) != nil)
    #expect(notes.range(of: Data("OSRELEASE=\(release)".utf8)) != nil)
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }
}
