internal import GuestProtocol
internal import LinuxMM

extension Backing {
  /// The first writable tmpfs of the usual places.
  static var tmpfsDirectory: String? {
    firstDirectory(["/dev/shm", "/tmp", "/run"], on: ["tmpfs"])
  }

  /// A directory on a file system with a page cache of its own: `FAULTLINE_FILE_DIR`, or a usual place.
  static var fileDirectory: String? {
    let usual = ["/mnt/disk", "/mnt/ramfs", "/mnt", "/var/tmp", "/root"]
    let wanted = System.environment("FAULTLINE_FILE_DIR").map { [$0] } ?? usual
    return firstDirectory(wanted, on: ["ext4", "xfs", "btrfs", "ext3", "ext2", "ramfs"])
  }

  private static func firstDirectory(_ wanted: [String], on types: [String]) -> String? {
    guard let mounts = try? TextFile.read("/proc/mounts") else { return nil }  // nothing known
    for directory in wanted {
      guard TextFile.isWritable(directory), let type = fileSystem(of: directory, in: mounts),
        types.contains(where: { isSame($0, type) })
      else { continue }
      return directory
    }
    return nil
  }

  /// The type of the mount that holds a directory: the longest mount point that is its prefix.
  static func fileSystem(of directory: String, in mounts: String) -> String? {
    var best: (length: Int, type: String)?
    for line in mounts.utf8.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " "))
      guard fields.count >= 3 else { continue }
      let point = Array(fields[1])
      guard isPrefix(point, of: Array(directory.utf8)), point.count >= best?.length ?? 0 else {
        continue
      }
      best = (point.count, String(decoding: fields[2], as: UTF8.self))
    }
    return best?.type
  }

  private static func isPrefix(_ point: [UInt8], of path: [UInt8]) -> Bool {
    guard point != [UInt8(ascii: "/")] else { return true }
    guard path.starts(with: point) else { return false }
    return path.count == point.count || path[point.count] == UInt8(ascii: "/")
  }
}

extension Requirement {
  /// A directory on a file system that is neither tmpfs nor hugetlbfs.
  static let fileDirectory = Requirement("file-dir") {
    Backing.fileDirectory == nil
      ? Lacking(
        .resource, "no writable directory on ext4, xfs, btrfs or ramfs; set FAULTLINE_FILE_DIR")
      : nil
  }
}
