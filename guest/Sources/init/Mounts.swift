import CInit

/// The file systems of the guest, in the order in which they are mounted.
enum Mounts {
  private struct Mount {
    let type: StaticString
    let target: StaticString
    var options: StaticString = ""
  }

  /// /proc comes first: everything else may want to read it.
  private static var table: [Mount] {
    [
      Mount(type: "proc", target: "/proc"),
      Mount(type: "sysfs", target: "/sys"),
      Mount(type: "devtmpfs", target: "/dev"),
      Mount(type: "tmpfs", target: "/dev/shm"),
      Mount(type: "tmpfs", target: "/tmp"),
      // Where files have a page cache that is not shmem's.
      Mount(type: "ramfs", target: "/mnt"),
      Mount(type: "debugfs", target: "/sys/kernel/debug"),
      Mount(type: "cgroup2", target: "/sys/fs/cgroup"),
      Mount(type: "hugetlbfs", target: "/dev/hugepages", options: "pagesize=2M"),
    ]
  }

  /// Mounts them all, and answers a sentence for each that the kernel refused.
  static func mountAll() -> [String] {
    var problems: [String] = []
    for mount in table {
      let (type, target) = (text(mount.type), text(mount.target))
      ci_mkdir(target)
      let result = ci_mount(type, target, type, text(mount.options))
      if result < 0, result != -CI_EBUSY {
        problems.append("\(type) cannot be mounted on \(target): \(errorName(result))")
      }
    }
    return problems
  }

  private static func text(_ string: StaticString) -> String {
    String(
      decoding: UnsafeBufferPointer(start: string.utf8Start, count: string.utf8CodeUnitCount),
      as: UTF8.self)
  }
}
