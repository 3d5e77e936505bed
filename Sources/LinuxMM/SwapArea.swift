internal import CLinuxMM

/// A zram swap device of its own, switched off and removed when the value goes away.
public struct SwapArea: ~Copyable {
  public let path: String
  private let index: UInt64
  private var isOn = true

  /// Makes a zram device of `size` bytes and swaps to it at the highest priority.
  ///
  /// `ENOENT` when the kernel has no zram, `EPERM` without privilege.
  public init(zramOfSize size: UInt64) throws(Errno) {
    let added = try TextFile.read("/sys/class/zram-control/hot_add")
    guard let number = TextFile.leadingNumber(added.utf8[...]) else { throw .invalid }
    try SwapArea.start(number, size: size)
    index = number
    path = "/dev/zram\(number)"
  }

  /// Swaps everything back in and stops using the area; `swapoff(2)`.
  public mutating func turnOff() throws(Errno) {
    guard isOn else { return }
    try checked(lmm_swapoff(path))
    isOn = false
  }

  deinit {
    if isOn { lmm_swapoff(path) }
    SwapArea.removeZram(index)
  }

  /// KiB of this area in use, by `/proc/swaps`; 0 when it is off.
  public func usedKibibytes() throws(Errno) -> UInt64 {
    let wanted = Array((path + " ").utf8)
    for line in try TextFile.read("/proc/swaps").utf8.split(separator: UInt8(ascii: "\n")) {
      guard line.starts(with: wanted) || line.starts(with: wanted.dropLast() + [9]) else {
        continue
      }
      let fields = line.split(whereSeparator: { $0 == 32 || $0 == 9 })
      guard fields.count >= 4 else { return 0 }
      return TextFile.leadingNumber(fields[3]) ?? 0
    }
    return 0
  }

  /// Formats device `number` and swaps to it, or removes it again.
  private static func start(_ number: UInt64, size: UInt64) throws(Errno) {
    let path = "/dev/zram\(number)"
    do throws(Errno) {
      try TextFile.write("\(size)", to: "/sys/block/zram\(number)/disksize")
      try format(path, size: size)
      try checked(lmm_swapon(path, 0x8000 | 32767))  // SWAP_FLAG_PREFER and the priority
    } catch {
      removeZram(number)
      throw error
    }
  }

  /// Writes the header `mkswap` would: version 1, the last page, the signature.
  private static func format(_ path: String, size: UInt64) throws(Errno) {
    var header = [UInt8](repeating: 0, count: 4096)
    let lastPage = UInt32(size / Memory.pageSize - 1)
    header[1024] = 1
    for byte in 0..<4 { header[1028 + byte] = UInt8(truncatingIfNeeded: lastPage >> (8 * byte)) }
    header.replaceSubrange(4086..<4096, with: Array("SWAPSPACE2".utf8))
    let device = try Descriptor(opening: path, for: .readWrite)
    try device.write(header, at: 0)
  }

  private static func removeZram(_ index: UInt64) {
    let number = "\(index)"
    _ = try? TextFile.write(number, to: "/sys/class/zram-control/hot_remove")  // best effort
  }
}
