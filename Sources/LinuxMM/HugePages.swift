/// Huge pages: the hugetlb pool, the transparent ones, and their settings.
public enum HugePages {
  /// Where the transparent huge page settings are.
  public static let settings = "/sys/kernel/mm/transparent_hugepage/"

  /// The setting for anonymous memory in 64 KiB folios (6.8).
  public static let smallFolios = settings + "hugepages-64kB/enabled"

  /// Free pages of the default (2 MiB) hugetlb pool that nobody has reserved.
  ///
  /// `HugePages_Rsvd` is -1 for a moment when a pinned page outlives its private mapping (seen on 6.12, 7.2).
  public static func available() throws(Errno) -> UInt64 {
    let free = try Counters.meminfo("HugePages_Free") ?? 0
    let reserved = try Counters.meminfo("HugePages_Rsvd") ?? 0
    return UInt64(max(0, Int64(bitPattern: free &- reserved)))
  }

  /// Free pages of the pool, reserved ones included.
  public static func free() throws(Errno) -> UInt64 {
    try Counters.meminfo("HugePages_Free") ?? 0
  }

  /// The selected value of a transparent huge page setting, such as `enabled`; nil when absent.
  public static func setting(_ name: String) -> String? {
    guard TextFile.exists(settings + name) else { return nil }
    guard let text = try? TextFile.read(settings + name) else { return nil }  // as good as absent
    return Knob.selected(text)
  }

  /// Asks the kernel to split the huge pages of a range; debugfs `split_huge_pages`, 5.12.
  public static func split(_ range: AddressRange, ofProcess process: Int32) throws(Errno) {
    let request = "\(process),0x\(hex(range.start)),0x\(hex(range.end))"
    try TextFile.write(request, to: "/sys/kernel/debug/split_huge_pages")
  }
}
