import Foundation

/// What a kernel image file says about itself.
package struct KernelImage: Sendable, Equatable {
  package enum Format: Sendable, Equatable {
    case bzImage
    case vmlinux
    /// Neither; the bytes at the start say nothing QEMU can boot.
    case unknown
  }

  package let format: Format
  /// The kernel's release such as "6.12.107+deb13-cloud-amd64"; nil when the image does not say.
  package let release: String?
  /// Why QEMU cannot boot it, as a sentence's end ("is not a bzImage …"); nil when nothing speaks
  /// against it.
  package let defect: String?

  /// Reads an image; nil when the file cannot be read.
  package init?(path: String) {
    guard let bytes = LittleEndianBytes(path: path) else { return nil }
    self.init(bytes)
  }

  init(_ bytes: LittleEndianBytes) {
    if ElfFile.hasMagic(bytes) {
      self = Self.vmlinux(bytes)
    } else if bytes.uint32(at: Header.magic) == Header.hdrS {
      self = Self.bzImage(bytes)
    } else {
      let seen =
        bytes.count == 0
        ? "is empty"
        : "is not a bzImage (no HdrS magic at 0x202) nor an ELF file; it starts with "
          + Self.firstBytes(bytes)
      self.init(format: .unknown, release: nil, defect: seen)
    }
  }

  private init(format: Format, release: String?, defect: String?) {
    self.format = format
    self.release = release
    self.defect = defect
  }

  /// Offsets of the x86 boot protocol's header (Documentation/arch/x86/boot.rst).
  private enum Header {
    static let setupSectors = 0x1f1
    static let systemSize = 0x1f4
    static let magic = 0x202
    static let version = 0x206
    static let kernelVersion = 0x20e
    static let loadFlags = 0x211
    static let extendedLoadFlags = 0x236
    static let hdrS = UInt32(0x5372_6448)
  }

  private static func bzImage(_ bytes: LittleEndianBytes) -> KernelImage {
    var release: String?
    if let pointer = bytes.uint16(at: Header.kernelVersion), pointer != 0 {
      release = bytes.text(at: Int(pointer) + 0x200)?.words.first
    }
    return KernelImage(format: .bzImage, release: release, defect: bzImageDefect(bytes))
  }

  private static func bzImageDefect(_ bytes: LittleEndianBytes) -> String? {
    guard let version = bytes.uint16(at: Header.version),
      let loadFlags = bytes.uint8(at: Header.loadFlags),
      let sectors = bytes.uint8(at: Header.setupSectors),
      let paragraphs = bytes.uint32(at: Header.systemSize)
    else { return "is cut short: it ends inside the boot header" }
    guard version >= 0x200, loadFlags & 1 == 1 else {
      return "is a zImage of boot protocol \(version >> 8).\(version & 0xff), not a bzImage"
    }
    if version >= 0x20c, let flags = bytes.uint16(at: Header.extendedLoadFlags), flags & 1 == 0 {
      return "is a 32-bit kernel; the guest programs are x86-64"
    }
    // The last paragraph of 16 bytes need not be full.
    let setup = (sectors == 0 ? 4 : Int(sectors)) + 1
    let promised = setup * 512 + Int(paragraphs) * 16
    guard bytes.count > promised - 16 else {
      return "is cut short: its header promises \(promised) bytes, the file has \(bytes.count)"
    }
    return nil
  }

  private static func vmlinux(_ bytes: LittleEndianBytes) -> KernelImage {
    guard let elf = ElfFile(bytes), elf.machine == ElfFile.x86 else {
      return KernelImage(
        format: .vmlinux, release: nil, defect: "is an ELF file for another machine than x86-64")
    }
    let banner = Data("Linux version ".utf8)
    let release = bytes.data.range(of: banner).flatMap {
      bytes.text(at: $0.upperBound, limit: 65)?.words.first
    }
    var defect: String?
    if elf.promisedCount > bytes.count {
      defect =
        "is cut short: its headers promise \(elf.promisedCount) bytes, the file has \(bytes.count)"
    } else if !elf.hasNote(owner: "Xen", type: 18) {
      // XEN_ELFNOTE_PHYS32_ENTRY is where QEMU enters an uncompressed kernel.
      defect =
        "is an ELF file without the PVH note that QEMU needs; set CONFIG_PVH=y, or take "
        + "arch/x86/boot/bzImage"
    }
    return KernelImage(format: .vmlinux, release: release, defect: defect)
  }

  private static func firstBytes(_ bytes: LittleEndianBytes) -> String {
    bytes.data.prefix(8).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: " ")
  }
}
