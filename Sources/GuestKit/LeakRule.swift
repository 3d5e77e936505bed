internal import LinuxMM

/// What may differ between two footprints when nothing has leaked.
struct LeakRule {
  let item: Footprint.Item
  /// As a message says it.
  let name: StaticString
  var unit: StaticString = ""
  /// How far a first, cheap look may be off before anybody waits and looks again.
  var glance: Int64 = 0
  /// How far the second look may be off, at a machine that has settled.
  var slack: Int64 = 0
  /// Whether less than before is as wrong as more.
  var isTwoSided = true

  /// How much more there is than before; pages that the swap cache alone holds, and their slots, do not count: the
  /// kernel takes them back when it needs them.
  func difference(_ now: Footprint, _ base: Footprint) -> Int64 {
    let isAboutCache = item == .unowned || item == .swapUsed || item == .swapCharge
    let seen = now[item] - (isAboutCache ? now[.swapCached] : 0)
    // Pages that wait in a CPU's LRU batch are missing from the lists: less than nothing is nothing (-116 kB was seen).
    return item == .unowned ? max(seen, 0) - max(base[item], 0) : seen - base[item]
  }

  func isOff(_ difference: Int64, by limit: Int64) -> Bool {
    difference > limit || (isTwoSided && -difference > limit)
  }

  /// The rules for this kernel: one that counts its own page tables among the others' shows some more now and then,
  /// 68 kB at once on 7.3.
  static var fitting: [LeakRule] {
    guard FootprintReader.countsKernelTables else { return all }
    return all.map { rule in
      var rule = rule
      if rule.item == .pageTables { (rule.glance, rule.slack) = (256, 256) }
      return rule
    }
  }

  /// Measured over all suites on 5.10, 6.1, 6.12 and 7.2; what has no number here was never off.
  static let all: [LeakRule] = [
    LeakRule(item: .hugeTotal, name: "HugePages_Total"),
    LeakRule(item: .hugeFree, name: "HugePages_Free"),
    LeakRule(item: .hugeReserved, name: "HugePages_Rsvd"),
    LeakRule(item: .hugeSurplus, name: "HugePages_Surp"),
    LeakRule(item: .hugetlb, name: "Hugetlb", unit: " kB"),
    LeakRule(item: .pins, name: "pages pinned (nr_foll_pin_acquired less _released)"),
    LeakRule(item: .shmem, name: "Shmem", unit: " kB"),
    LeakRule(item: .shmemHuge, name: "ShmemHugePages", unit: " kB"),
    LeakRule(item: .shmemHugeMapped, name: "ShmemPmdMapped", unit: " kB"),
    LeakRule(item: .anonHuge, name: "AnonHugePages", unit: " kB"),
    // The first look counts the runner and init in, whose heaps move by some pages; the second does not. What is
    // left is init, which goes on reading output between one file and the next.
    LeakRule(item: .anon, name: "AnonPages of no process", unit: " kB", glance: 64, slack: 16),
    LeakRule(
      item: .pageTables, name: "PageTables of no process", unit: " kB", glance: 16),
    LeakRule(
      item: .committed, name: "Committed_AS of no process", unit: " kB", glance: 64, slack: 16),
    // A page whose last user is gone may wait in a CPU's LRU batch, of 31 pages at most, until that is drained.
    LeakRule(
      item: .unowned, name: "pages on LRU lists that belong to nobody", unit: " kB", glance: 256,
      slack: 64, isTwoSided: false),
    // Without init, which is locked whole. A page is counted when its CPU's batch is drained, so 20 kB come and go.
    LeakRule(
      item: .mlocked, name: "Mlocked", unit: " kB", glance: 64, slack: 64, isTwoSided: false),
    LeakRule(item: .isolatedAnon, name: "nr_isolated_anon"),
    LeakRule(item: .isolatedFile, name: "nr_isolated_file"),
    LeakRule(item: .swapSize, name: "SwapTotal", unit: " kB"),
    // Kernels before 6.14 keep up to 64 free slots per CPU for the next swap-out, and 64 freed ones, and call all of
    // them used: a swapoff of any area empties those caches, and the second look makes one.
    LeakRule(
      item: .swapUsed, name: "swap in use by nobody", unit: " kB", glance: 256, slack: 16,
      isTwoSided: false),
    LeakRule(
      item: .swapCharge, name: "swap charged to the programs' cgroup", unit: " kB", glance: 256,
      slack: 64, isTwoSided: false),
    // Each CPU takes 64 pages in advance, and kernel objects are charged, too, and freed when they like.
    LeakRule(
      item: .charge, name: "memory charged to the programs' cgroup", unit: " kB", glance: 1024,
      slack: 1024, isTwoSided: false),
    LeakRule(item: .groups, name: "cgroups below that of the programs"),
    // Before 6.13 or so the kernel shows a sum that misses up to 32 files for each CPU.
    LeakRule(item: .openFiles, name: "open files", glance: 128, slack: 128),
    // Exact; counted in the second look only. khugepaged and ksmd hold on to the memory of a process that ended while
    // they were at it, until their next round, seconds later (seen once on 6.12, after case 24 of 24).
    LeakRule(item: .processMemories, name: "mm_struct objects", slack: 4),
    LeakRule(item: .userfaultfds, name: "userfaultfd contexts", slack: 1),
    LeakRule(item: .tmpBlocks, name: "blocks used in /tmp"),
    LeakRule(item: .tmpInodes, name: "inodes used in /tmp"),
    LeakRule(item: .shmBlocks, name: "blocks used in /dev/shm"),
    LeakRule(item: .shmInodes, name: "inodes used in /dev/shm"),
    LeakRule(item: .mounts, name: "/proc/self/mounts"),
    LeakRule(item: .knobs, name: "the settings of huge pages and KSM"),
  ]
}
