import Foundation
import Results
import Subprocess
import TestSupport
import Testing

/// Real guests on machines that are not the default one.
@Suite("machines", .serialized)
struct MachineRunTests {
  @Test(
    "a guest swaps to a file on a file system that the host made, and each machine's result says so"
  )
  func swapFiles() async throws {
    let harness = try Harness(suites: ["swap"])
    defer { harness.remove() }
    let outcome = try await harness.run([
      "--kernel", "debian-6.12", "--machine", "swapfile-xfs", "--machine", "swapfile-btrfs",
      "--suite", "swap", "--filter", "swap-fs.swapfile-xfs/anon",
      "--filter", "swap-fs.swapfile-btrfs/anon",
    ])
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    #expect(outcome.run.guests.map(\.machine) == ["swapfile-xfs", "swapfile-btrfs"])
    for (guest, type) in zip(outcome.run.guests, ["xfs", "btrfs"]) {
      #expect(guest.facts["scratch"] == .text(type))
      #expect(guest.facts["swap"] == .text("/mnt/disk/swap"))
    }
    let verdicts = Dictionary(
      outcome.run.results.map { ("\($0.planned.name) \($0.planned.machine)", $0.verdict) },
      uniquingKeysWith: { $1 })
    #expect(
      verdicts == [
        "boot swapfile-xfs": .pass, "boot swapfile-btrfs": .pass,
        "swap-fs.swapfile-xfs/anon swapfile-xfs": .pass,
        "swap-fs.swapfile-btrfs/anon swapfile-xfs": .skip,
        "swap-fs.swapfile-xfs/anon swapfile-btrfs": .skip,
        "swap-fs.swapfile-btrfs/anon swapfile-btrfs": .pass,
      ])
    #expect(outcome.seen > 0)
    #expect(outcome.leftovers == 0)
  }

  @Test("an mkfs that fails ends the run with 69, its words and its package, and nothing is booted")
  func noFileSystem() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let tools = harness.directory.appendingPathComponent("tools")
    try ShellProgram.make(
      tools.appendingPathComponent("mkfs.xfs"), "echo too small >&2; exit 1")
    let outcome = try await harness.run(
      ["--kernel", "debian-6.12", "--machine", "swapfile-xfs"], tools: tools)
    #expect(outcome.status == .exited(69))
    #expect(outcome.err.contains("ended with status 1: too small"), "\(outcome.err)")
    #expect(outcome.err.contains("apt-get install xfsprogs"), "\(outcome.err)")
    #expect(outcome.seen == 0)
    #expect(outcome.leftovers == 0)
  }

  @Test("a machine nobody knows is answered with the nearest name, before anything starts")
  func unknown() async throws {
    let command = try Command()
    defer { command.remove() }
    let outcome = try await command.faultline([
      "run", "--machine", "default", "--machine", "swapfile-zfs",
    ])
    #expect(outcome.status == .exited(64))
    #expect(outcome.err.contains("near:  swapfile-xfs"), "\(outcome.err)")
    let two = try await command.faultline([
      "mutants", "--base", "debian-source-6.12", "--machine", "default", "--machine", "small",
    ])
    #expect(two.status == .exited(64))
    #expect(two.err.contains("--machine is given as default, small"), "\(two.err)")
  }
}
