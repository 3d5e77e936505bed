internal import Glibc

/// What the user wants guests to run on.
package enum AcceleratorRequest: String, Sendable, CaseIterable {
  /// KVM where a guest really boots on it, else TCG.
  case auto
  case kvm
  case tcg

  /// Decides, at the cost of a boot the first time and of nothing afterwards.
  ///
  /// A /dev/kvm that opens, even one that makes a virtual machine, proves nothing: there are hosts on which every guest
  /// on it hangs or aborts. So `auto` boots one, and remembers the answer until the host boots, QEMU changes or
  /// another user asks.
  ///
  /// - Parameters:
  ///   - kernel: the path of what to boot.
  ///   - initramfs: its archive, with init; asked for only when there is something to boot.
  /// - Returns: the choice, and the sentence to show for it.
  /// - Throws: `MachineError.noEmulator`, `.noFile`, `CancellationError`, and what `initramfs` throws.
  package func choice(
    kernel: String, initramfs: () async throws -> [UInt8]
  ) async throws -> AcceleratorChoice {
    switch self {
    case .kvm: return AcceleratorChoice(.kvm, reason: "KVM was asked for")
    case .tcg: return AcceleratorChoice(.tcg, reason: "TCG was asked for")
    case .auto: break
    }
    guard let emulator = Hypervisor.emulator() else { throw MachineError.noEmulator }
    if let obstacle = Self.obstacle(device: "/dev/kvm") {
      return AcceleratorChoice(.tcg, reason: obstacle)
    }
    let memory = AcceleratorMemory(emulator: emulator)
    if let choice = memory.recall() { return choice }
    let probe = BootProbe(emulator: emulator, accelerator: .kvm)
    let choice = try await probe.choice(kernel: kernel, initramfs: initramfs())
    memory.keep(choice)
    return choice
  }

  /// Why the device is out of the question; nil when only a boot can tell.
  static func obstacle(device: String) -> String? {
    let descriptor = open(device, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      return errno == ENOENT
        ? "\(device) does not exist"
        : "\(device) does not open: \(String(cString: strerror(errno)))"
    }
    close(descriptor)
    return nil
  }
}
