/// A control group of its own that this process has entered, to put it under memory pressure.
///
/// Memory touched from then on is charged to it, that of children forked later included. When the value
/// goes away the process returns to the root group and the group is removed; children must be gone.
public struct MemoryGroup: ~Copyable {
  private static let root = "/sys/fs/cgroup"
  private let path: String
  private let enabledController: Bool

  /// Makes the group and enters it; `ENOENT` without a cgroup v2 tree with the memory controller.
  public init() throws(Errno) {
    let control = MemoryGroup.root + "/cgroup.subtree_control"
    let isEnabled = MemoryGroup.lists(try TextFile.read(control), "memory")
    if !isEnabled { try TextFile.write("+memory", to: control) }
    let path = MemoryGroup.root + "/faultline-\(System.processID)"
    do throws(Errno) {
      try TextFile.makeDirectory(path)
      try TextFile.write("0", to: path + "/cgroup.procs")
    } catch {
      MemoryGroup.remove(path, disable: !isEnabled)
      throw error
    }
    self.path = path
    enabledController = !isEnabled
  }

  deinit { MemoryGroup.remove(path, disable: enabledController) }

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

  /// KiB charged to the group.
  public func usedKibibytes() throws(Errno) -> UInt64 {
    let text = try TextFile.read(path + "/memory.current")
    return (TextFile.leadingNumber(text.utf8[...]) ?? 0) / 1024
  }

  private static func lists(_ text: String, _ word: String) -> Bool {
    text.utf8.split(whereSeparator: { $0 == 32 || $0 == 10 }).contains {
      $0.elementsEqual(word.utf8)
    }
  }

  private static func remove(_ path: String, disable: Bool) {
    // A group that stays behind is empty and harms nobody; the guest ends soon.
    _ = try? TextFile.write("0", to: root + "/cgroup.procs")  // see above
    for _ in 0..<50 {
      do throws(Errno) {
        try TextFile.removeDirectory(path)
        break
      } catch {
        guard error == .busy else { break }
        System.sleep(milliseconds: 10)  // a child that was just reaped
      }
    }
    guard disable else { return }
    _ = try? TextFile.write("-memory", to: root + "/cgroup.subtree_control")  // see above
  }
}
