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

  /// A virtio disk.
  package struct Disk: Sendable, Equatable {
    /// What it holds when the guest starts.
    package enum Content: Sendable, Equatable {
      /// Nothing; so many MiB.
      case empty(mebibytes: Int)
      /// What an image on this host holds, which stays as it is: the guest writes to a copy.
      case image(String)
    }

    /// What the guest finds it by in /sys/block/*/serial; at most 20 characters.
    package var serial: String
    package var content: Content

    package init(_ serial: String, _ content: Content) {
      self.serial = serial
      self.content = content
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
  /// 4 or 5, where the processor has a choice; nil for as many as it has.
  package var pageTableLevels: Int?
  package var disks: [Disk]
  /// Whether a kernel that panics stays as it is, to be looked at; its command line says so too.
  package private(set) var staysAfterPanic = false
  /// Whether QEMU listens for a gdb.
  package private(set) var hasDebugger = false

  package init(
    name: String, accelerator: Accelerator, kernel: Source, initramfs: Source,
    commandLine: KernelCommandLine, memoryMebibytes: Int, vcpus: Int, nodes: Int = 1,
    disks: [Disk] = []
  ) {
    self.name = name
    self.accelerator = accelerator
    self.kernel = kernel
    self.initramfs = initramfs
    self.commandLine = commandLine
    self.memoryMebibytes = memoryMebibytes
    self.vcpus = vcpus
    self.nodes = nodes
    self.disks = disks
  }

  /// A guest of this machine profile.
  ///
  /// `scratch` is the path of the image of the profile's scratch disk; without it the guest has none. With
  /// `debugger` the kernel is where its symbols say, and QEMU listens for a gdb.
  package init(
    name: String, profile: MachineProfile, accelerator: Accelerator, kernel: Source,
    initramfs: Source, scratch: String? = nil, staysAfterPanic: Bool = false,
    debugger: Bool = false
  ) {
    let commandLine = KernelCommandLine(
      for: accelerator, staysAfterPanic: staysAfterPanic, debugger: debugger,
      adding: profile.kernelArguments)
    self.init(
      name: name, accelerator: accelerator, kernel: kernel, initramfs: initramfs,
      commandLine: commandLine, memoryMebibytes: profile.memoryMebibytes, vcpus: profile.vcpus,
      nodes: profile.nodes)
    self.staysAfterPanic = staysAfterPanic
    hasDebugger = debugger
    if let scratch { disks.append(Disk(MachineProfile.scratchSerial, .image(scratch))) }
    if let mebibytes = profile.swapDiskMebibytes {
      disks.append(Disk(MachineProfile.swapSerial, .empty(mebibytes: mebibytes)))
    }
    pageTableLevels = profile.pageTableLevels
  }

  /// The name of its domain.
  package var domainName: String { "faultline-" + name }
}
