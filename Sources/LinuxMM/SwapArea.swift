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
    try SwapTable.entry(of: path)?.used ?? 0
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

  private static func format(_ path: String, size: UInt64) throws(Errno) {
    let device = try Descriptor(opening: path, for: .readWrite)
    try device.write(SwapHeader(pages: size / Memory.pageSize).bytes, at: 0)
  }

  private static func removeZram(_ index: UInt64) {
    let number = "\(index)"
    _ = try? TextFile.write(number, to: "/sys/class/zram-control/hot_remove")  // best effort
  }
}
