internal import GuestProtocol
internal import LinuxMM

// What the machine, rather than userfaultfd, must bring.
extension Requirement {
  /// We are root.
  public static let root = Requirement("root") {
    System.isRoot ? nil : Lacking(.privilege, "not root")
  }

  /// Some swap is on, with room for 16 MiB.
  public static let swap = Requirement("swap") {
    let free = kibibytes("SwapFree")
    return free >= 16 << 10 ? nil : Lacking(.resource, "SwapFree is \(free) kB; add a swap area")
  }

  /// The kernel can swap at all, be there an area or not.
  public static let swapAreas = Requirement("swap-areas") {
    TextFile.exists("/proc/swaps") ? nil : Lacking(.config, "no /proc/swaps (CONFIG_SWAP)")
  }

  /// A zram device of one's own can be made, and swapped to.
  public static let zram = Requirement("zram") {
    if let lacking = swapAreas.lacking() { return lacking }
    return TextFile.exists("/sys/class/zram-control/hot_add")
      ? nil : Lacking(.config, "no /sys/class/zram-control/hot_add (CONFIG_ZRAM, or load zram)")
  }

  /// So many free 2 MiB pages in the hugetlb pool.
  public static func hugePages(_ count: UInt64) -> Requirement {
    Requirement("hugepages:\(count)") {
      do throws(Errno) {
        let available = try HugePages.available()
        guard available < count else { return nil }
        return Lacking(
          .resource, "\(available) of \(count) free 2 MiB pages; boot with hugepages=48")
      } catch {
        return Lacking(.config, "cannot read /proc/meminfo: \(error)")
      }
    }
  }

  /// So many memory nodes.
  public static func numaNodes(_ count: Int) -> Requirement {
    Requirement("numa:\(count)") {
      let nodes = Numa.nodeCount
      return nodes >= count ? nil : Lacking(.resource, "\(nodes) of \(count) memory nodes")
    }
  }

  /// Anonymous memory can get transparent huge pages on request.
  public static let transparentHugePages = Requirement("thp") {
    setting("enabled", "CONFIG_TRANSPARENT_HUGEPAGE")
  }

  /// Shmem can get transparent huge pages, once `shmem_enabled` is set to `advise` by the case.
  public static let shmemHugePages = Requirement("thp-shmem") {
    guard HugePages.setting("shmem_enabled") != nil else {
      return Lacking(.config, "no shmem_enabled (CONFIG_TRANSPARENT_HUGEPAGE)")
    }
    return System.isRoot ? nil : Lacking(.privilege, "not root: shmem_enabled cannot be set")
  }

  /// `MADV_COLLAPSE` exists.
  public static let collapse = Requirement("collapse", since: "6.1") {
    lackingAdvice(.collapse, ofLength: Memory.hugePageSize, since: "6.1")
  }

  /// `MADV_POPULATE_READ` and `_WRITE` exist.
  public static let populate = Requirement("populate", since: "5.14") {
    lackingAdvice(.populateRead, ofLength: Memory.pageSize, since: "5.14")
  }

  /// `MADV_DONTNEED` works on hugetlb memory.
  public static let hugetlbDontNeed = Requirement("hugetlb-dontneed", since: "5.18") {
    do throws(Errno) {
      let page = try Mapping(anonymous: Memory.hugePageSize, .private, huge: true)
      try page.range.advise(.dontNeed)
      return nil
    } catch {
      switch error {
      case .invalid: return Lacking(.feature, "MADV_DONTNEED on hugetlb: EINVAL (Linux 5.18)")
      default: return Lacking(.resource, "one hugetlb page: \(error); boot with hugepages=48")
      }
    }
  }

  /// debugfs is mounted and takes `pid,start,end` requests to split huge pages.
  public static let splitHugePages = Requirement("debugfs-split", since: "5.12") {
    let path = "/sys/kernel/debug/split_huge_pages"
    guard TextFile.exists(path) else { return Lacking(.config, "no \(path); mount debugfs") }
    do throws(Errno) {
      let page = try Mapping(anonymous: Memory.pageSize, .private)
      Memory.store(page.range.start, 1)
      try HugePages.split(page.range, ofProcess: System.processID)
      return nil
    } catch {
      return Lacking(.feature, "\(path) does not take an address range: \(error) (Linux 5.12)")
    }
  }

  /// io_uring can be set up.
  public static let ioUring = Requirement("io_uring") {
    do throws(Errno) {
      _ = try Ring()
      return nil
    } catch {
      switch error {
      case .notPermitted: return Lacking(.privilege, "io_uring_setup: EPERM")
      default: return Lacking(.config, "io_uring_setup: \(error) (CONFIG_IO_URING)")
      }
    }
  }

  /// A cgroup v2 tree with the memory controller at /sys/fs/cgroup.
  public static let cgroupMemory = Requirement("cgroup2-memory") {
    let path = "/sys/fs/cgroup/cgroup.controllers"
    let text = (try? TextFile.read(path)) ?? ""  // unreadable is as good as absent
    let words = text.utf8.split(whereSeparator: { $0 == 32 || $0 == 10 })
    return words.contains { $0.elementsEqual("memory".utf8) }
      ? nil : Lacking(.config, "no memory controller in \(path); mount cgroup2")
  }

  /// A writable tmpfs at /tmp, /dev/shm or /run.
  public static let tmpfs = Requirement("tmpfs") {
    Backing.tmpfsDirectory == nil ? Lacking(.config, "no tmpfs at /dev/shm, /tmp or /run") : nil
  }

  private static func setting(_ name: String, _ symbol: String) -> Lacking? {
    guard let value = HugePages.setting(name) else {
      return Lacking(.config, "no transparent_hugepage/\(name) (\(symbol))")
    }
    return isSame(value, "never") ? Lacking(.config, "transparent_hugepage/\(name) is never") : nil
  }

  private static func lackingAdvice(_ advice: Advice, ofLength length: UInt64, since: String)
    -> Lacking?
  {
    do throws(Errno) {
      let memory = try Mapping(anonymous: length, .private, aligned: length)
      Memory.fill(memory.range, with: 1)
      try memory.range.advise(advice)
      return nil
    } catch {
      guard error == .invalid else { return nil }  // it exists, and is not what is probed here
      return Lacking(.feature, "no MADV_\(advice.name): EINVAL (Linux \(since))")
    }
  }

  private static func kibibytes(_ key: String) -> UInt64 {
    ((try? Counters.meminfo(key)) ?? nil) ?? 0  // without /proc there is none to use
  }
}
