internal import CLinuxMM

/// The swap areas in use: `/proc/swaps`, swapon(2) and swapoff(2).
public enum SwapTable {
  /// One line; sizes in KiB.
  public struct Entry: Equatable, Sendable {
    public let path: String
    /// Without the header.
    public let size: UInt64
    public let used: UInt64
    /// Negative for the areas that were given none: in the order in which they came.
    public let priority: Int
  }

  /// The area on this device or file; nil when it is not in use.
  public static func entry(of path: String) throws(Errno) -> Entry? {
    let wanted = Array(path.utf8)
    for line in try TextFile.read("/proc/swaps").utf8.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(whereSeparator: { $0 == 32 || $0 == 9 })
      guard fields.count >= 5, fields[0].elementsEqual(wanted) else { continue }
      let sign = fields[4].first == UInt8(ascii: "-") ? -1 : 1
      let digits = sign < 0 ? fields[4].dropFirst() : fields[4]
      return Entry(
        path: path, size: TextFile.leadingNumber(fields[2]) ?? 0,
        used: TextFile.leadingNumber(fields[3]) ?? 0,
        priority: sign * Int(TextFile.leadingNumber(digits) ?? 0))
    }
    return nil
  }

  /// Swaps to a device or file; `swapon(2)`.
  ///
  /// A priority is from 0 to 32767, the highest is used first.
  public static func turnOn(_ path: String, priority: Int32? = nil) throws(Errno) {
    let prefer: Int32 = 0x8000  // SWAP_FLAG_PREFER
    try checked(lmm_swapon(path, priority.map { prefer | $0 } ?? 0))
  }

  /// Brings all back that is on a device or file and stops using it; `swapoff(2)`.
  public static func turnOff(_ path: String) throws(Errno) { try checked(lmm_swapoff(path)) }
}
