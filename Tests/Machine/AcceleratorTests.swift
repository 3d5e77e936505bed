import Foundation
import TestSupport
import Testing

@testable import Machine

@Suite("accelerator")
struct AcceleratorTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/faultline-test-\(UUID())"
  private var path: String { folder + "/memory" }

  @Test("what was asked for is taken without a look", arguments: [AcceleratorRequest.kvm, .tcg])
  func asked(request: AcceleratorRequest) async throws {
    let choice = try await request.choice(kernel: "/nonexistent") {
      Issue.record("nothing has to be booted")
      return []
    }
    #expect(choice.accelerator.rawValue == request.rawValue)
    #expect(choice.reason == "\(request.rawValue.uppercased()) was asked for")
    #expect(!choice.isRemembered)
  }

  @Test("a device that is not there needs no boot")
  func missing() {
    #expect(
      AcceleratorRequest.obstacle(device: "/dev/no-kvm") == "/dev/no-kvm does not exist")
    #expect(AcceleratorRequest.obstacle(device: "/dev/null") == nil)
    #expect(
      AcceleratorRequest.obstacle(device: "/proc/self")
        == "/proc/self does not open: Is a directory")
  }

  @Test("an answer is remembered for its key alone")
  func memory() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }  // a temporary file
    let choice = AcceleratorChoice(.tcg, reason: "a guest\nsaid nothing")
    AcceleratorMemory(key: "boot 1", path: path).keep(choice)
    let remembered = AcceleratorMemory(key: "boot 1", path: path).recall()
    #expect(
      remembered == AcceleratorChoice(.tcg, reason: "a guest said nothing", isRemembered: true))
    #expect(AcceleratorMemory(key: "boot 2", path: path).recall() == nil)
  }

  @Test(
    "a damaged memory is no memory", arguments: ["", "boot 1", "boot 1\nxen\nr\n", "boot 1\ntcg"])
  func damaged(text: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }  // a temporary file
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(AcceleratorMemory(key: "boot 1", path: path).recall() == nil)
  }

  @Test("the key names host boot, user and QEMU, and changes with QEMU")
  func key() throws {
    let one = AcceleratorMemory(emulator: "/bin/sh").key
    #expect(one.contains("qemu /bin/sh "))
    #expect(one != AcceleratorMemory(emulator: "/bin/cat").key)
    #expect(one == AcceleratorMemory(emulator: "/bin/sh").key)
  }

  @Test("a QEMU that fails is reported with its first words")
  func failingEmulator() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }  // a temporary file
    let emulator = folder + "/qemu"
    try ShellProgram.make(
      URL(fileURLWithPath: emulator), "echo 'failed to set MSR 0x10a' >&2; exit 1")
    let choice = try await BootProbe(emulator: emulator, accelerator: .kvm)
      .choice(kernel: "/k", initramfs: [])
    #expect(choice.accelerator == .tcg)
    #expect(choice.reason == "/dev/kvm opens, but QEMU fails on it: failed to set MSR 0x10a")
  }

  @Test("a QEMU that says nothing is killed with its children when the deadline passes")
  func silentEmulator() async throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }  // a temporary file
    let emulator = folder + "/qemu"
    let mark = folder + "/child"
    try ShellProgram.make(
      URL(fileURLWithPath: emulator), "sleep 1000 &\necho $! > \(mark)\nwait")
    let probe = BootProbe(emulator: emulator, accelerator: .kvm, deadline: .seconds(1))
    let choice = try await probe.choice(kernel: "/k", initramfs: [])
    #expect(choice.reason == "/dev/kvm opens, but a guest on it said nothing for 1 s")
    let child = try String(contentsOfFile: mark, encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let status = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)  // gone
    #expect(status.map { $0.contains(") Z ") } ?? true)
  }
}
