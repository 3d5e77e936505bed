internal import Kernels
internal import Results

/// What a kernel's configuration says of what the cases are about: facts beside those that the guest tells.
enum ConfigFacts {
  /// Symbols that decide what a case can find, without their prefix.
  static let symbols = [
    "ANON_VMA_NAME", "COMPACTION", "DEBUG_LIST", "DEBUG_VM", "HUGETLBFS",
    "INIT_ON_ALLOC_DEFAULT_ON",
    "IO_URING", "KASAN", "KSM", "LRU_GEN", "LRU_GEN_ENABLED", "MEMCG", "MEMORY_FAILURE",
    "MEM_SOFT_DIRTY", "MIGRATION", "NUMA", "NUMA_BALANCING", "PAGE_TABLE_CHECK", "PER_VMA_LOCK",
    "PREEMPT", "PREEMPT_DYNAMIC", "PREEMPT_RT", "PREEMPT_VOLUNTARY", "PROVE_LOCKING",
    "PTE_MARKER_UFFD_WP", "READ_ONLY_THP_FOR_FS", "SECRETMEM", "SHMEM", "SWAP", "TMPFS",
    "TRANSPARENT_HUGEPAGE", "USERFAULTFD", "X86_5LEVEL", "ZRAM", "ZSWAP",
  ]

  /// `config.SYMBOL` for each, `n` for what is off; none when the configuration is not known.
  static func facts(of kernel: BootableKernel) -> [String: Results.Fact] {
    guard let config = kernel.config else { return [:] }
    let values = ConfigValues(config)
    return Dictionary(
      uniqueKeysWithValues: symbols.map { symbol in
        ("config." + symbol, .text(values.value(of: "CONFIG_" + symbol)))
      })
  }
}
