/// A module that faultline's guests load where the kernel has not built it in.
struct WantedModule {
  let name: String
  let group: ModuleGroup
  /// Why a guest wants it.
  let reason: String

  /// All of them; what they depend on comes by itself.
  ///
  /// Kernels differ in what is built in and in what exists at all.
  static let all = [
    WantedModule(
      name: "virtio_pci", group: .channel, reason: "the bus of every virtio device on q35"),
    WantedModule(
      name: "virtio_console", group: .channel, reason: "the port that results travel on"),
    WantedModule(
      name: "pvpanic", group: .machine, reason: "tells the host of a panic at once (until 5.12)"),
    WantedModule(
      name: "pvpanic_mmio", group: .machine, reason: "the same device since 5.13, I/O port included"
    ),
    WantedModule(
      name: "i6300esb", group: .machine, reason: "the watchdog that libvirt gives q35 guests"),
    WantedModule(name: "virtio_blk", group: .machine, reason: "swap on a disk, file systems"),
    WantedModule(name: "zram", group: .machine, reason: "swap in compressed memory"),
    WantedModule(
      name: "zsmalloc", group: .machine, reason: "zswap's pool, also without zram"),
    WantedModule(
      name: "lzo", group: .machine, reason: "compressor of zswap, and of zram until 6.11"),
    WantedModule(name: "lzo_rle", group: .machine, reason: "zram's default until 6.11"),
    WantedModule(
      name: "lz4", group: .machine, reason: "compressor of zswap, and of zram until 6.11"),
    WantedModule(
      name: "zstd", group: .machine, reason: "compressor of zswap, and of zram until 6.11"),
    WantedModule(
      name: "crc32c_generic", group: .machine,
      reason: "checksums of the file systems below, which name it in no dependency"),
    WantedModule(name: "ext4", group: .machine, reason: "a swap file on ext4"),
    WantedModule(name: "xfs", group: .machine, reason: "a swap file on xfs"),
    WantedModule(name: "btrfs", group: .machine, reason: "a swap file on btrfs"),
  ]

  /// The kernel's spelling of a module's name: file names may have "-", /proc/modules has "_".
  static func canonical(_ name: some StringProtocol) -> String {
    String(name.map { $0 == "-" ? "_" : $0 })
  }
}
