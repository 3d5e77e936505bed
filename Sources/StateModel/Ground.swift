/// What lies behind the memory of a cell; the raw value is its word in the cell's name.
public enum Ground: String, CaseIterable, Sendable {
  case anon, shmem, shmempriv, hugetlb, hugetlbpriv
  /// Two huge pages, mapped huge.
  case thp
  /// A huge page that is mapped page by page.
  case thpEntries = "thp-ptes"
  /// Folios of 64 KiB.
  case mthp
  /// Shared memory in a huge page.
  case shthp
  /// Equal pages that were merged into one.
  case ksm
  /// Pages that were only read: the zero page.
  case zero
  case file, filepriv

  /// The unit of everything is 2 MiB.
  public var isHugetlb: Bool { self == .hugetlb || self == .hugetlbpriv }

  /// Stores reach whoever else maps the same memory.
  public var isShared: Bool {
    switch self {
    case .shmem, .hugetlb, .shthp, .file: true
    default: false
    }
  }

  /// There is a file, whose pages outlive the mapping's entries.
  public var hasFile: Bool {
    switch self {
    case .shmem, .shmempriv, .hugetlb, .shthp, .file, .filepriv: true
    default: false
    }
  }

  /// What the kernel calls anonymous: a zap forgets everything, the protection included.
  public var isAnonymous: Bool { !hasFile && !isHugetlb }

  /// On a disk or in ramfs, rather than in memory.
  public var isPlainFile: Bool { self == .file || self == .filepriv }

  /// In huge pages that are mapped huge, at first.
  public var isMappedHuge: Bool { self == .thp || self == .shthp }

  /// In folios of more than a page.
  public var isLarge: Bool { isMappedHuge || self == .thpEntries || self == .mthp }

  /// Bytes of a page.
  public var pageSize: UInt64 { isHugetlb ? 2 << 20 : 4096 }
}
