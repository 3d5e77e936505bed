/// Writes the archive format that the kernel unpacks as its first file system (cpio, "newc").
///
/// Times, owners and inode numbers are fixed, so equal entries give equal bytes.
/// Source: Documentation/driver-api/early-userspace/buffer-format.rst.
struct InitramfsArchive {
  /// What a mode says an entry is, and how the archive writes it.
  private enum Kind: UInt32 {
    case directory = 0o040_000
    case file = 0o100_000
    case characterDevice = 0o020_000
  }

  private(set) var bytes: [UInt8] = []
  private var inode: UInt32 = 0

  /// - Parameter byteCount: how much room to reserve.
  init(reserving byteCount: Int) {
    bytes.reserveCapacity(byteCount)
  }

  /// Adds a directory; its parents come first.
  mutating func addDirectory(_ path: String) {
    add(path, .directory, permissions: 0o755, content: [], device: (0, 0))
  }

  /// Adds a regular file.
  mutating func addFile(_ path: String, permissions: UInt32, content: some Collection<UInt8>) {
    add(path, .file, permissions: permissions, content: content, device: (0, 0))
  }

  /// Adds the node of a character device.
  mutating func addCharacterDevice(_ path: String, major: UInt32, minor: UInt32) {
    add(path, .characterDevice, permissions: 0o600, content: [], device: (major, minor))
  }

  /// The whole archive, its end marked.
  consuming func finished() -> [UInt8] {
    appendHeader(name: "TRAILER!!!", inode: 0, mode: 0, links: 1, size: 0, device: (0, 0))
    return bytes
  }

  private mutating func add(
    _ path: String, _ kind: Kind, permissions: UInt32, content: some Collection<UInt8>,
    device: (major: UInt32, minor: UInt32)
  ) {
    inode += 1
    appendHeader(
      name: path, inode: inode, mode: kind.rawValue | permissions,
      links: kind == .directory ? 2 : 1, size: UInt32(content.count), device: device)
    bytes.append(contentsOf: content)
    pad()
  }

  private mutating func appendHeader(
    name: String, inode: UInt32, mode: UInt32, links: UInt32, size: UInt32,
    device: (major: UInt32, minor: UInt32)
  ) {
    bytes.append(contentsOf: "070701".utf8)
    let owner: UInt32 = 0
    let time: UInt32 = 0
    let nameSize = UInt32(name.utf8.count + 1)
    for field in [
      inode, mode, owner, owner, links, time, size, 0, 0, device.major, device.minor, nameSize, 0,
    ] {
      append(field)
    }
    bytes.append(contentsOf: name.utf8)
    bytes.append(0)
    pad()
  }

  /// Eight hexadecimal digits.
  private mutating func append(_ field: UInt32) {
    for shift in stride(from: 28, through: 0, by: -4) {
      let digit = UInt8(field >> UInt32(shift) & 15)
      bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "A") + digit - 10)
    }
  }

  /// Headers and contents start at multiples of four bytes.
  private mutating func pad() {
    while bytes.count % 4 != 0 { bytes.append(0) }
  }
}
