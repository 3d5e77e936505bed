package import GuestProtocol

/// A machine to run a kernel on: its hardware, and how it is set up before any case runs.
package struct MachineProfile: Sendable, Hashable {
  /// When huge pages are used for anonymous memory (`transparent_hugepage/enabled`).
  package enum HugePages: String, Sendable, CaseIterable {
    case always, madvise, never
  }

  /// When huge pages are used for shared memory (`transparent_hugepage/shmem_enabled`).
  package enum SharedHugePages: String, Sendable, CaseIterable {
    case always, withinSize = "within_size", advise, never, deny, force
  }

  /// A knob below /proc/sys, named as sysctl(8) does.
  package struct Sysctl: Sendable, Hashable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }

    /// The file of the knob.
    package var path: String {
      "/proc/sys/" + name.split(separator: ".").joined(separator: "/")
    }
  }

  /// Where swapped pages go.
  package enum Swap: Sendable, Hashable {
    case none
    /// Compressed memory, synchronous: a page that was swapped out is gone from memory at once.
    case zram(mebibytes: Int)
    /// A virtio disk, which keeps swapped pages in the swap cache for a while.
    case disk(mebibytes: Int)
    /// Such a disk with zswap before it: pages are kept compressed, and written when that gets too much.
    case zswap(mebibytes: Int)
    /// A file on the scratch disk, which has this file system.
    case file(FileSystem, mebibytes: Int)
  }

  package var name: String
  package var summary: String
  package var memoryMebibytes: Int
  package var vcpus: Int
  /// How many NUMA nodes memory and vCPUs are spread over.
  package var nodes: Int
  /// Huge pages of 2 MiB in the pool.
  package var hugepages2M: Int
  /// Huge pages of 1 GiB in the pool.
  package var hugepages1G: Int
  package var swap: Swap
  /// A file system for the cases' files; nil for none but those in memory.
  package var scratch: ScratchDisk?
  package var hugePages: HugePages
  package var sharedHugePages: SharedHugePages
  /// Whether the kernel merges equal pages (KSM).
  package var mergesPages: Bool
  /// Set in this order; one named here replaces the default of that name.
  package var sysctls: [Sysctl]
  /// 4 or 5 levels of page tables; nil for as many as kernel and processor have.
  package var pageTableLevels: Int?
  /// Further words of the kernel's command line.
  package var extraCommandLine: [String]

  package init(
    name: String, summary: String = "", memoryMebibytes: Int = 1536, vcpus: Int = 2,
    nodes: Int = 2, hugepages2M: Int = 48, hugepages1G: Int = 0,
    swap: Swap = .zram(mebibytes: 512),
    scratch: ScratchDisk? = ScratchDisk(.ext4, mebibytes: 128), hugePages: HugePages = .madvise,
    sharedHugePages: SharedHugePages = .advise, mergesPages: Bool = false,
    sysctls: [Sysctl] = [], pageTableLevels: Int? = nil, extraCommandLine: [String] = []
  ) {
    self.name = name
    self.summary = summary
    self.memoryMebibytes = memoryMebibytes
    self.vcpus = vcpus
    self.nodes = nodes
    self.hugepages2M = hugepages2M
    self.hugepages1G = hugepages1G
    self.swap = swap
    self.scratch = scratch
    self.hugePages = hugePages
    self.sharedHugePages = sharedHugePages
    self.mergesPages = mergesPages
    self.sysctls = sysctls
    self.pageTableLevels = pageTableLevels
    self.extraCommandLine = extraCommandLine
  }
}

extension MachineProfile {
  /// What every machine sets, so that a case measures the kernel and not a policy of the day.
  package static let defaultSysctls = [
    // A large mapping that is never touched is the normal thing for a test.
    Sysctl("vm.overcommit_memory", "1"),
    // Hinting faults and migrations at random moments would disturb counts.
    Sysctl("kernel.numa_balancing", "0"),
    // So would pages that are moved together in the background.
    Sysctl("vm.compaction_proactiveness", "0"),
    // An oops ends the guest with its splat instead of leaving half a kernel to be tested.
    Sysctl("kernel.panic_on_oops", "1"),
  ]

  /// The sysctls to set: the defaults, replaced and followed by the profile's own.
  package var allSysctls: [Sysctl] {
    let own = Set(sysctls.map(\.name))
    return Self.defaultSysctls.filter { !own.contains($0.name) && appliesHere($0) } + sysctls
  }

  /// The kernel modules the machine needs where they are not built in; their dependencies are the kernel's business.
  package var moduleNames: [String] {
    var names = ["virtio_pci", "virtio_console"]
    if scratch != nil || swapDiskMebibytes != nil { names.append("virtio_blk") }
    // They ask for their checksums by name, at mount(2): a soft dependency, until crc32c became a library.
    if let scratch { names += ["crc32c_generic", scratch.fileSystem.rawValue] }
    switch swap {
    case .none, .disk, .file: break
    // lzo-rle is the compressor that zram takes by default, a soft dependency before 6.2.
    case .zram: names += ["lzo_rle", "zram"]
    // Which of them zswap takes by default is the kernel's choice.
    case .zswap: names += ["zsmalloc", "lzo", "lz4", "zstd"]
    }
    return names
  }

  /// The size of the disk that is swapped to; nil when there is none.
  package var swapDiskMebibytes: Int? {
    switch swap {
    case .disk(let mebibytes), .zswap(let mebibytes): mebibytes
    case .none, .zram, .file: nil
    }
  }

  /// The words of the kernel's command line that make the machine.
  ///
  /// Pools are reserved there: later the memory may be fragmented, and pages of 1 GiB come no other way.
  package var kernelArguments: [String] {
    var words: [String] = []
    if hugepages1G > 0 { words += ["hugepagesz=1G", "hugepages=\(hugepages1G)"] }
    if hugepages2M > 0 { words += ["hugepagesz=2M", "hugepages=\(hugepages2M)"] }
    return words + extraCommandLine
  }

  /// What init does and verifies.
  package var setupDirectives: [MachineSetup.Directive] {
    let thp = "/sys/kernel/mm/transparent_hugepage/"
    var directives: [MachineSetup.Directive] = []
    if hugepages2M > 0 { directives.append(.hugepages(kib: 2 << 10, count: hugepages2M)) }
    if hugepages1G > 0 { directives.append(.hugepages(kib: 1 << 20, count: hugepages1G)) }
    directives += fileDirectives
    directives += [
      .write(path: thp + "enabled", value: hugePages.rawValue),
      .write(path: thp + "shmem_enabled", value: sharedHugePages.rawValue),
      // khugepaged rests, after one mapping, for a day: in a guest that is slow for a moment it would collapse what a case has
      // just split, and make it soft-dirty. A case that wants it wakes it.
      .write(path: thp + "khugepaged/pages_to_scan", value: "1"),
      .write(path: thp + "khugepaged/scan_sleep_millisecs", value: "86400000"),
    ]
    if memoryMebibytes < Self.roomForHugePages {
      directives += [
        .write(path: thp + "use_zero_page", value: "1"),
        .write(path: thp + "defrag", value: "madvise"),
        .write(path: thp + "khugepaged/defrag", value: "1"),
      ]
    }
    if mergesPages { directives.append(.write(path: "/sys/kernel/mm/ksm/run", value: "1")) }
    directives += allSysctls.map { .write(path: $0.path, value: $0.value) }
    directives += [
      .expect(fact: "cpus", value: String(vcpus)), .expect(fact: "nodes", value: String(nodes)),
    ]
    if let pageTableLevels {
      directives.append(.expect(fact: "page_table_levels", value: String(pageTableLevels)))
    }
    return directives
  }

  /// Disks and swap.
  private var fileDirectives: [MachineSetup.Directive] {
    var directives: [MachineSetup.Directive] = []
    if let scratch {
      directives.append(
        .mount(
          type: scratch.fileSystem.rawValue, serial: Self.scratchSerial,
          directory: ScratchDisk.directory))
    }
    switch swap {
    case .none: break
    case .zram(let mebibytes): directives.append(.zramSwap(mebibytes: mebibytes))
    case .disk: directives.append(.diskSwap(serial: Self.swapSerial))
    case .zswap:
      directives += [
        .diskSwap(serial: Self.swapSerial),
        .write(path: "/sys/module/zswap/parameters/enabled", value: "Y"),
      ]
    case .file(let fileSystem, let mebibytes):
      directives.append(
        .fileSwap(
          type: fileSystem.rawValue, path: ScratchDisk.directory + "/swap", mebibytes: mebibytes))
    }
    return directives
  }

  /// Below 512 MiB that are left to it, a kernel switches all of transparent huge pages off when it boots.
  private static let roomForHugePages = 640

  /// The serial number of the disk that is swapped to.
  package static let swapSerial = "swap"
  /// The serial number of the scratch disk.
  package static let scratchSerial = "scratch"

  /// The knob of NUMA balancing exists on machines with more than one node only.
  private func appliesHere(_ sysctl: Sysctl) -> Bool {
    sysctl.name != "kernel.numa_balancing" || nodes > 1
  }
}
