internal import Foundation

/// What a guest is made of.
package struct GuestSpec: Sendable {
  /// A file that the guest boots from.
  package enum Source: Sendable, Equatable {
    case file(String)
    case bytes([UInt8])

    /// What the file holds.
    func read() throws(MachineError) -> [UInt8] {
      switch self {
      case .bytes(let bytes): return bytes
      case .file(let path):
        guard let data = FileManager.default.contents(atPath: path) else {
          throw .unreadable(path: path)
        }
        return [UInt8](data)
      }
    }
  }

  /// What the guest is called, without the prefix `faultline-`: letters, digits, `.`, `_`, `-`.
  package var name: String
  package var accelerator: Accelerator
  /// A bzImage, or a vmlinux with PVH.
  package var kernel: Source
  package var initramfs: Source
  package var commandLine: KernelCommandLine
  package var memoryMebibytes: Int
  package var vcpus: Int
  /// How many NUMA nodes the vCPUs and the memory are spread over.
  package var nodes: Int
  /// Empty virtio disks, in MiB each, which the guest sees as `/dev/vda` and on.
  package var diskMebibytes: [Int]

  package init(
    name: String, accelerator: Accelerator, kernel: Source, initramfs: Source,
    commandLine: KernelCommandLine, memoryMebibytes: Int, vcpus: Int, nodes: Int = 1,
    diskMebibytes: [Int] = []
  ) {
    self.name = name
    self.accelerator = accelerator
    self.kernel = kernel
    self.initramfs = initramfs
    self.commandLine = commandLine
    self.memoryMebibytes = memoryMebibytes
    self.vcpus = vcpus
    self.nodes = nodes
    self.diskMebibytes = diskMebibytes
  }

  /// A guest of this machine profile.
  package init(
    name: String, profile: MachineProfile, accelerator: Accelerator, kernel: Source,
    initramfs: Source
  ) {
    self.init(
      name: name, accelerator: accelerator, kernel: kernel, initramfs: initramfs,
      commandLine: KernelCommandLine(for: accelerator, adding: profile.kernelArguments),
      memoryMebibytes: profile.memoryMebibytes, vcpus: profile.vcpus, nodes: profile.nodes)
    if case .disk(let mebibytes) = profile.swap { diskMebibytes = [mebibytes] }
  }

  /// The name of its domain.
  package var domainName: String { "faultline-" + name }
}
