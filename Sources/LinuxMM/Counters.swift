/// Numbers the kernel keeps about its memory.
public enum Counters {
  /// Adds what each CPU has counted for itself to the machine's numbers.
  ///
  /// Else they may be some 30 pages off per CPU and zone, or a huge page. Root only: without it they stay as they are.
  public static func fold() {
    _ = try? TextFile.write("1", to: "/proc/sys/vm/stat_refresh")  // see above
  }

  /// A line of `/proc/meminfo`, in KiB (counts for `HugePages_*`); nil when the kernel has no such line.
  public static func meminfo(_ key: String) throws(Errno) -> UInt64? {
    try TextFile.number(after: key, of: "/proc/meminfo")
  }

  /// A line of this process's `/proc/self/status`, in KiB, such as `HugetlbPages`.
  public static func status(_ key: String) throws(Errno) -> UInt64? {
    try TextFile.number(after: key, of: "/proc/self/status")
  }

  /// A line of `/proc/vmstat`.
  public static func vmstat(_ key: String) throws(Errno) -> UInt64? {
    try TextFile.number(after: key, of: "/proc/vmstat")
  }

  /// A line of `/proc/self/status`, in KiB where it has a unit, such as `VmSwap`.
  public static func process(_ key: String) throws(Errno) -> UInt64? {
    try TextFile.number(after: key, of: "/proc/self/status")
  }
}
