/// A control group of its own that this process has entered, to put it under memory pressure.
///
/// Memory touched from then on is charged to it, that of children forked later included. When the value
/// goes away the process returns to the group it came from and this one is removed; children must be gone.
public struct MemoryGroup: ~Copyable {
  private let path: String
  /// Where the process came from.
  private let former: String
  /// The control file that got the memory controller from us.
  private let enabled: String?

  /// Makes the group, beside that of the process, and enters it.
  ///
  /// `ENOENT` without a cgroup v2 tree at /sys/fs/cgroup, `EINVAL` when that has no memory controller.
  public init() throws(Errno) {
    let root = "/sys/fs/cgroup"
    let own = MemoryGroup.unified(try TextFile.read("/proc/self/cgroup"))
    let above = own.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(own[..<$0]) } ?? ""
    let control = root + above + "/cgroup.subtree_control"
    let isEnabled = MemoryGroup.lists(try TextFile.read(control), "memory")
    if !isEnabled { try TextFile.write("+memory", to: control) }
    let group = root + above + "/faultline-\(System.processID)"
    try TextFile.makeDirectory(group)
    try TextFile.write("0", to: group + "/cgroup.procs")
    path = group
    former = root + own + "/cgroup.procs"
    enabled = isEnabled ? nil : control
  }

  deinit {
    // A group that stays behind is empty and harms nobody; the guest ends soon.
    _ = try? TextFile.write("0", to: former)  // see above
    for _ in 0..<50 {
      do throws(Errno) {
        try TextFile.removeDirectory(path)
        break
      } catch {
        guard error == .busy else { break }
        System.sleep(milliseconds: 10)  // a child that was just reaped
      }
    }
    guard let enabled else { return }
    _ = try? TextFile.write("-memory", to: enabled)  // see above
  }

  /// Takes about that many bytes from the group's members; how many came free is not said.
  ///
  /// `memory.reclaim` (5.19), else a moment of a low `memory.high`.
  public func reclaim(bytes: UInt64) throws(Errno) {
    let request = path + "/memory.reclaim"
    guard TextFile.exists(request) else {
      try TextFile.write("512K", to: path + "/memory.high")
      try TextFile.write("max", to: path + "/memory.high")
      return
    }
    do throws(Errno) { try TextFile.write("\(bytes)", to: request) } catch {
      guard error == .again else { throw error }  // it got less than that
    }
  }

  /// Whether the group has `memory.reclaim` (5.19).
  public var canBeAsked: Bool { TextFile.exists(path + "/memory.reclaim") }

  /// KiB charged to the group.
  public func usedKibibytes() throws(Errno) -> UInt64 {
    let text = try TextFile.read(path + "/memory.current")
    return (TextFile.leadingNumber(text.utf8[...]) ?? 0) / 1024
  }

  /// The path behind `0::` in `/proc/PID/cgroup`, without a slash at its end.
  private static func unified(_ text: String) -> String {
    for line in text.utf8.split(separator: 10) where line.starts(with: "0::/".utf8) {
      let path = line.dropFirst(3)
      return path.count == 1 ? "" : String(decoding: path, as: UTF8.self)
    }
    return ""
  }

  private static func lists(_ text: String, _ word: String) -> Bool {
    text.utf8.split(whereSeparator: { $0 == 32 || $0 == 10 }).contains {
      $0.elementsEqual(word.utf8)
    }
  }
}
