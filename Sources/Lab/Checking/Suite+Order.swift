internal import Results

/// The order in which suites run: those first that the files of a patch concern.
extension Suite {
  /// What a path contains, and the suites that exercise it; the first row that fits counts most.
  private static let table: [(path: String, suites: [String])] = [
    ("hugetlb", ["uffdwp-hugetlb", "fork", "pagemap", "cow"]),
    ("mm/shmem", ["uffdwp-shmem", "swap", "thp"]),
    ("userfaultfd", ["uffdwp-anon", "uffdwp-shmem", "uffdwp-hugetlb"]),
    ("mm/mprotect", ["uffdwp-anon", "uffdwp-shmem", "uffdwp-hugetlb", "thp"]),
    ("fs/proc/task_mmu", ["pagemap", "softdirty"]),
    ("mm/huge_memory", ["thp", "softdirty", "cow", "fork", "swap"]),
    ("mm/khugepaged", ["thp", "uffdwp-shmem"]),
    ("mm/mremap", ["softdirty", "uffdwp-anon", "uffdwp-shmem"]),
    ("kernel/fork", ["fork", "cow", "uffdwp-anon"]),
    ("swap", ["swap", "softdirty"]), ("mm/page_io", ["swap"]), ("zram", ["swap"]),
    ("mm/vmscan", ["swap", "thp"]), ("mm/rmap", ["swap", "cow", "fork"]),
    ("mm/migrate", ["migrate", "thp", "softdirty"]), ("mm/compaction", ["migrate"]),
    ("mm/gup", ["cow", "fork"]), ("mm/ksm", ["cow"]),
    ("mm/memory-failure", ["migrate", "uffdwp-anon", "uffdwp-shmem", "uffdwp-hugetlb"]),
    ("mm/memory", ["fork", "cow", "uffdwp-anon", "uffdwp-shmem", "swap"]),
  ]

  /// The suites, those first that the files concern; otherwise in their own order.
  package static func sorted(_ suites: [Suite], touching files: [String]) -> [Suite] {
    var ranks: [String: Int] = [:]
    for row in table where files.contains(where: { $0.contains(row.path) }) {
      for name in row.suites where ranks[name] == nil { ranks[name] = ranks.count }
    }
    // Those that ask about everything take longest, and come after those that know what to ask.
    for (place, name) in ["state", "race"].enumerated() { ranks[name] = .max - 1 + place }
    return suites.enumerated().sorted { left, right in
      let last = Int.max - 2
      let ranked = (ranks[left.element.name] ?? last, ranks[right.element.name] ?? last)
      return ranked.0 == ranked.1 ? left.offset < right.offset : ranked.0 < ranked.1
    }.map(\.element)
  }
}
