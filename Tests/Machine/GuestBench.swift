import Foundation
import Testing

@testable import Machine

/// What tests with real guests share: a kernel, init, and this process' one embedded driver.
enum GuestBench {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Debian's 6.12, which has the port's drivers built in, so that no modules are needed.
  static let kernel =
    (CacheDirectory.path ?? "") + "/kernels/debian-6.12/current/vmlinuz"
  static let initProgram = root.appendingPathComponent("bin/guest/init").path

  /// Whether there is everything to boot a guest from.
  static var isReady: Bool {
    [kernel, initProgram].allSatisfy { FileManager.default.isReadableFile(atPath: $0) }
      && Hypervisor.emulator() != nil
  }

  private static let shared = Task { try await Hypervisor.open(accelerator: .tcg) }

  /// The process' one embedded driver; its guard removes everything when the tests end.
  static func hypervisor() async throws -> Hypervisor { try await shared.value }

  static let profile = MachineProfile(
    name: "small", memoryMebibytes: 512, vcpus: 1, nodes: 1, hugepages2M: 0, swap: .none,
    scratch: nil)

  /// An archive with init, or with another program in its place.
  static func initramfs(_ program: [UInt8]? = nil) throws -> [UInt8] {
    let program = try program ?? Array(Data(contentsOf: URL(fileURLWithPath: initProgram)))
    return try Initramfs(program: program, modules: [], profile: profile).archive()
  }

  /// A small guest.
  static func spec(_ name: String, program: [UInt8]? = nil) throws -> GuestSpec {
    GuestSpec(
      name: name, profile: profile, accelerator: .tcg, kernel: .file(kernel),
      initramfs: .bytes(try initramfs(program)))
  }

  /// A program by a name that stands for its digest.
  static func program(_ name: String, _ bytes: [UInt8]) -> GuestProgram {
    let digest = name.utf8.map { String($0, radix: 16) }.joined()
    return GuestProgram(
      name: name, digest: String((digest + String(repeating: "0", count: 64)).prefix(64)),
      bytes: bytes)
  }
}

extension Trait where Self == ConditionTrait {
  /// Needs QEMU, Debian's 6.12 and init: `make test` provides them, as do `faultline kernels fetch debian-6.12` and
  /// `make guest`.
  static var requiresGuest: Self {
    .enabled(if: GuestBench.isReady, "no QEMU, no debian-6.12 in the cache, or no bin/guest/init")
  }
}
