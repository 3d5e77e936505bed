internal import Foundation
internal import Subprocess
internal import SystemPackage

/// Boots a guest with QEMU alone to see whether an accelerator works, and kills it with everything it started.
///
/// It goes past libvirt: a process has one embedded driver, and what that may see of the host depends on the answer.
struct BootProbe {
  /// What came of a boot.
  enum Outcome: Equatable, Sendable {
    case greeted
    /// Nothing came in time.
    case silent
    /// QEMU ended; the first line it wrote to stderr.
    case ended(String)
  }

  let emulator: String
  let accelerator: Accelerator
  /// A guest on KVM greets within a second; whoever needs ten is not worth having.
  var deadline = Duration.seconds(10)

  /// The choice that follows from a boot.
  func choice(kernel: String, initramfs: [UInt8]) async throws -> AcceleratorChoice {
    switch try await boot(kernel: kernel, initramfs: initramfs) {
    case .greeted: return AcceleratorChoice(.kvm, reason: "a guest booted on /dev/kvm")
    case .silent:
      return AcceleratorChoice(
        .tcg,
        reason:
          "/dev/kvm opens, but a guest on it said nothing for \(deadline.components.seconds) s")
    case .ended(let line):
      return AcceleratorChoice(.tcg, reason: "/dev/kvm opens, but QEMU fails on it: \(line)")
    }
  }

  /// Boots a guest and waits for its greeting.
  ///
  /// - Throws: `MachineError.noFile`; `CancellationError`; what Subprocess throws when QEMU cannot be started.
  func boot(kernel: String, initramfs: [UInt8]) async throws -> Outcome {
    // Its guard ends QEMU should this process be killed.
    let directory = try RunDirectory()
    defer { directory.remove() }
    let archive = try directory.write(initramfs, to: "initramfs")
    let result = try await Subprocess.run(
      .path(FilePath(emulator)),
      arguments: Arguments(arguments(kernel: kernel, initramfs: archive)),
      platformOptions: options, input: .none, output: .sequence, error: .string(limit: 1 << 16)
    ) { execution in
      let outcome = await withTaskGroup(of: Outcome.self) { group in
        group.addTask { await Self.greeting(in: execution.standardOutput) }
        group.addTask { [deadline] in
          try? await Task.sleep(for: deadline)  // cancelled: the guest was quicker
          return .silent
        }
        let first = await group.next() ?? .silent
        // It may have ended by itself. The kill is what ends the reader too.
        try? execution.send(signal: .kill, toProcessGroup: true)  // see above
        group.cancelAll()
        return first
      }
      return outcome
    }
    try Task.checkCancellation()
    guard case .ended = result.closureResult else { return result.closureResult }
    let line = result.standardError.split(separator: "\n").first ?? "it ended without a word"
    return .ended(String(line))
  }

  private var options: PlatformOptions {
    var options = PlatformOptions()
    options.processGroupID = 0
    return options
  }

  private func arguments(kernel: String, initramfs: String) -> [String] {
    let isTranslated = accelerator == .tcg
    return [
      "-machine", "q35,usb=off", "-accel", accelerator.rawValue,
      "-cpu", isTranslated ? "max,cx16=off" : "host", "-smp", "1", "-m", "512",
      "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-serial", "null",
      "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
      "-chardev", "stdio,id=records,signal=off", "-device", "virtio-serial-pci",
      "-device", "virtserialport,chardev=records,name=\(DomainXML.channelName)",
      "-kernel", kernel, "-initrd", initramfs,
      "-append", KernelCommandLine(for: accelerator).description,
    ]
  }

  /// Reads the port up to the guest's first record.
  private static func greeting(in output: SubprocessOutputSequence) async -> Outcome {
    var text: [UInt8] = []
    do {
      for try await chunk in output {
        text += chunk.withUnsafeBytes { Array($0) }
        if String(decoding: text, as: UTF8.self).contains("\"kind\":\"hello\"") { return .greeted }
        if text.count > 1 << 20 { break }
      }
    } catch {
      // The pipe broke: QEMU is gone, and its last words say more.
    }
    return .ended("")
  }
}
