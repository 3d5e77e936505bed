internal import CLinuxMM

/// What the machine's memory, swap, pools and tables are used for at one moment, to be compared with a later one.
public struct Footprint: Sendable {
  /// One number of a footprint.
  public enum Item: Int, CaseIterable, Sendable {
    /// KiB of swap areas, of swap in use, and of pages in memory that still have their slot.
    case swapSize, swapUsed, swapCached
    /// KiB on the LRU lists of anonymous and unevictable memory.
    case activeAnon, inactiveAnon, unevictable
    /// KiB of them that are neither mapped nor shared memory: in the swap cache, or held by somebody.
    case unowned
    case mlocked, anon, shmem, pageTables, committed
    case anonHuge, shmemHuge, shmemHugeMapped
    /// Pages of the default hugetlb pool.
    case hugeTotal, hugeFree, hugeReserved, hugeSurplus
    /// KiB in the hugetlb pools of all sizes.
    case hugetlb
    /// Pages isolated from their LRU list; long-term and short-term pins taken and not given back.
    case isolatedAnon, isolatedFile, pins
    /// Pages written to swap since the boot.
    case swappedOut
    /// Open files, cgroups below that of the programs, KiB of memory and of swap charged to it.
    case openFiles, groups, charge, swapCharge
    /// Blocks and inodes in use in the file systems that cases write to.
    case tmpBlocks, tmpInodes, shmBlocks, shmInodes
    /// Kernel objects in use; only `refined(_:)` counts them.
    case processMemories, userfaultfds
    /// Check values of texts: what is mounted, and the knobs that a case may turn.
    case mounts, knobs
  }

  private var values = [Int64](repeating: 0, count: Item.allCases.count)

  public internal(set) subscript(_ item: Item) -> Int64 {
    get { values[item.rawValue] }
    set { values[item.rawValue] = newValue }
  }
}

/// Takes footprints; holds its files open, so that one costs reads alone.
public final class FootprintReader {
  private let buffer: UnsafeMutableBufferPointer<UInt8>
  private let meminfo: ProcFile
  private let statistics: ProcFile
  private let files: ProcFile
  private let mounts: ProcFile
  private let groups: ProcFile
  private let charge: ProcFile
  private let swapCharge: ProcFile
  private let knobs: [ProcFile]

  /// The lines of `/proc/meminfo`, in its order.
  private static let memoryKeys: [(StaticString, Footprint.Item)] = [
    ("SwapCached", .swapCached), ("Active(anon)", .activeAnon), ("Inactive(anon)", .inactiveAnon),
    ("Unevictable", .unevictable), ("Mlocked", .mlocked), ("SwapTotal", .swapSize),
    ("SwapFree", .swapUsed), ("AnonPages", .anon), ("Shmem", .shmem), ("PageTables", .pageTables),
    ("Committed_AS", .committed), ("AnonHugePages", .anonHuge), ("ShmemHugePages", .shmemHuge),
    ("ShmemPmdMapped", .shmemHugeMapped), ("HugePages_Total", .hugeTotal),
    ("HugePages_Free", .hugeFree), ("HugePages_Rsvd", .hugeReserved),
    ("HugePages_Surp", .hugeSurplus), ("Hugetlb", .hugetlb),
  ]

  /// Whether the kernel counts its own page tables among those of processes, as it does since 6.16: vmalloc makes some now
  /// and then, and none of them is ever freed.
  ///
  /// Nothing else tells, so the release is asked.
  public static var countsKernelTables: Bool {
    guard let text = try? TextFile.read("/proc/sys/kernel/osrelease") else { return true }  // lax
    let numbers = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 2)
      .compactMap { TextFile.leadingNumber($0) }
    guard numbers.count >= 2 else { return true }
    return numbers[0] > 6 || (numbers[0] == 6 && numbers[1] >= 16)
  }

  /// Opens what there is; a file that the kernel does not have counts 0 always.
  ///
  /// `group` is the cgroup that all programs run in or below.
  public init(group: String) {
    let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 32 << 10)
    self.buffer = buffer
    meminfo = ProcFile("/proc/meminfo", buffer)
    statistics = ProcFile("/proc/vmstat", buffer)
    files = ProcFile("/proc/sys/fs/file-nr", buffer)
    mounts = ProcFile("/proc/self/mounts", buffer)
    groups = ProcFile(group + "/cgroup.stat", buffer)
    charge = ProcFile(group + "/memory.current", buffer)
    swapCharge = ProcFile(group + "/memory.swap.current", buffer)
    knobs = [
      ProcFile(HugePages.settings + "enabled", buffer),
      ProcFile(HugePages.settings + "shmem_enabled", buffer),
      ProcFile("/sys/kernel/mm/ksm/run", buffer),
    ]
  }

  deinit { buffer.deallocate() }

  /// The footprint now, with the counters that each CPU keeps for itself added up; root only.
  public func read() -> Footprint {
    Counters.fold()
    var print = Footprint()
    readMemory(into: &print)
    readStatistics(into: &print)
    print[.openFiles] = files.firstNumber
    print[.groups] = groups.firstNumber
    print[.charge] = charge.firstNumber / 1024
    print[.swapCharge] = swapCharge.firstNumber / 1024
    var (blocks, inodes): (Int64, Int64) = (0, 0)
    // Not kept by CPU: statfs(2) adds them up.
    if lmm_used_space("/tmp", &blocks, &inodes) == 0 {
      (print[.tmpBlocks], print[.tmpInodes]) = (blocks, inodes)
    }
    if lmm_used_space("/dev/shm", &blocks, &inodes) == 0 {
      (print[.shmBlocks], print[.shmInodes]) = (blocks, inodes)
    }
    print[.mounts] = mounts.digest(0)
    print[.knobs] = knobs.reduce(0) { $1.digest($0) }
    return print
  }

  /// The kernel's caches whose objects are counted: none that the kernel merges with others, or out of which the
  /// reading itself takes some (`filp`: a whole slab would count as used).
  private static let caches: [(StaticString, Footprint.Item)] = [
    ("mm_struct", .processMemories), ("userfaultfd_ctx_cache", .userfaultfds),
  ]

  /// A footprint without what this process and PID 1 hold by themselves, which grow and shrink too, and with kernel
  /// objects.
  ///
  /// Costs several times as much as the footprint.
  public func refined(_ whole: Footprint) -> Footprint {
    var print = whole
    for (cache, item) in FootprintReader.caches {
      let path = "/sys/kernel/slab/\(cache)/"
      // Else free objects of each CPU's own slab count as used.
      _ = try? TextFile.write("1", to: path + "shrink")  // without CONFIG_SLUB_DEBUG it is 0 always
      print[item] = ProcFile(path + "objects", buffer).firstNumber
    }
    for process in ["/proc/self", "/proc/1"] {
      // Not the sums of /proc/PID/status, which miss what each CPU keeps for itself since 6.2.
      ProcFile(process + "/smaps_rollup", buffer).eachLine { line in
        if let value = ProcFile.value(after: "Anonymous", in: line) { print[.anon] -= value }
        if let value = ProcFile.value(after: "Swap", in: line) { print[.swapUsed] -= value }
        if let value = ProcFile.value(after: "Locked", in: line) { print[.mlocked] -= value }
      }
      ProcFile(process + "/status", buffer).eachLine { line in
        if let value = ProcFile.value(after: "VmPTE", in: line) { print[.pageTables] -= value }
        if let value = ProcFile.value(after: "VmData", in: line) { print[.committed] -= value }
        if let value = ProcFile.value(after: "VmStk", in: line) { print[.committed] -= value }
      }
    }
    return print
  }

  private func readMemory(into print: inout Footprint) {
    let keys = FootprintReader.memoryKeys
    var next = 0
    meminfo.eachLine { line in
      guard next < keys.count else { return }
      for index in next..<keys.count {
        guard let value = ProcFile.value(after: keys[index].0, in: line) else { continue }
        print[keys[index].1] = value
        next = index + 1
        return
      }
    }
    print[.swapUsed] = print[.swapSize] - print[.swapUsed]
    print[.unowned] =
      print[.activeAnon] + print[.inactiveAnon] + print[.unevictable]
      - print[.anon] - print[.shmem]
  }

  private func readStatistics(into print: inout Footprint) {
    statistics.eachLine { line in
      guard line.count > 4, line[0] == 110 || line[0] == 112 else { return }  // n, p
      if let value = ProcFile.value(after: "pswpout", in: line) {
        print[.swappedOut] = value
      } else if let value = ProcFile.value(after: "nr_isolated_anon", in: line) {
        print[.isolatedAnon] = value
      } else if let value = ProcFile.value(after: "nr_isolated_file", in: line) {
        print[.isolatedFile] = value
      } else if let value = ProcFile.value(after: "nr_foll_pin_acquired", in: line) {
        print[.pins] += value
      } else if let value = ProcFile.value(after: "nr_foll_pin_released", in: line) {
        print[.pins] -= value
      }
    }
  }
}
