internal import LinuxMM

/// What lies behind a mapping; the raw value is the leg's name in case names.
public enum Backing: String, Sendable, CaseIterable {
  /// Private anonymous memory in base pages.
  case anon
  /// A memory file, mapped shared.
  case shmem
  /// Shared anonymous memory.
  case shanon
  /// A file on a tmpfs mount, mapped shared.
  case tmpfs
  /// A memory file, mapped privately.
  case shmempriv
  /// A memory file of 2 MiB hugetlb pages, mapped shared.
  case hugetlb
  /// Private anonymous 2 MiB hugetlb pages.
  case hugetlbpriv
  /// Private anonymous memory, aligned for and advised to transparent huge pages.
  case thp
  /// A memory file, mapped shared, aligned and advised; `shmem_enabled` must be `advise`.
  case shthp
  /// A file on a disk or ramfs file system, mapped shared.
  case file
  /// The same, mapped privately.
  case filepriv

  /// Bytes of the unit that is protected, faulted and counted: 4 KiB, or 2 MiB on hugetlb.
  public var pageSize: UInt64 { isHugetlb ? Memory.hugePageSize : Memory.pageSize }

  public var isHugetlb: Bool { self == .hugetlb || self == .hugetlbpriv }

  /// Stores reach whoever else maps the same memory.
  public var isShared: Bool {
    switch self {
    case .shmem, .shanon, .tmpfs, .hugetlb, .shthp, .file: true
    case .anon, .shmempriv, .hugetlbpriv, .thp, .filepriv: false
    }
  }

  /// Whether transparent huge pages are wanted.
  public var isTransparentHuge: Bool { self == .thp || self == .shthp }

  /// Letters of a freshly written page in pagemap.
  public var writtenLetters: String { isShared && self != .hugetlbpriv ? "PFX" : "PX" }

  /// What mapping some pages needs.
  public var requirements: [Requirement] {
    switch self {
    case .anon, .shmem, .shanon, .shmempriv: []
    case .tmpfs: [.tmpfs]
    case .hugetlb, .hugetlbpriv: [.hugePages(8)]
    case .thp: [.transparentHugePages]
    case .shthp: [.transparentHugePages, .shmemHugePages]
    case .file, .filepriv: [.fileDirectory]
    }
  }

  /// Maps pages of this backing, untouched; shared files are created for the mapping alone.
  ///
  /// `thp` and `shthp` are mapped in whole huge pages: `pages` is rounded up to a multiple of 512.
  public func map(_ trial: Trial, pages: Int = 4) throws(CaseEnd) -> Pages {
    let unit = isTransparentHuge ? 512 : 1
    let count = (pages + unit - 1) / unit * unit
    return try trial.attempt("mapping \(count) \(rawValue) pages", try makePages(count))
  }

  private func makePages(_ count: Int) throws(Errno) -> Pages {
    let length = UInt64(count) * pageSize
    let aligned = isTransparentHuge ? Memory.hugePageSize : pageSize
    let range: AddressRange
    switch self {
    case .anon, .thp, .hugetlbpriv:
      range = try Mapping(anonymous: length, .private, huge: isHugetlb, aligned: aligned)
        .relinquish()
    case .shanon:
      range = try Mapping(anonymous: length, .shared).relinquish()
    default:
      let file = OpenFile(try openFile(size: length))
      let sharing = isShared ? Mapping.Sharing.shared : .private
      range = try Mapping(file: file.descriptor, length: length, sharing, aligned: aligned)
        .relinquish()
      try advise(range)
      return Pages(self, range, count, file: file)
    }
    try advise(range)
    return Pages(self, range, count)
  }

  /// Base pages stay base pages even where transparent huge pages are on for everybody.
  private func advise(_ range: AddressRange) throws(Errno) {
    if isTransparentHuge { return try range.advise(.hugePage) }
    // Without it a fault reads the pages around and maps them all: what is untouched must stay so.
    if self == .file || self == .filepriv { try range.advise(.random) }
    guard !isHugetlb, HugePages.setting("enabled") != nil else { return }
    try range.advise(.noHugePage)
  }

  private func openFile(size: UInt64) throws(Errno) -> Descriptor {
    switch self {
    case .tmpfs: return try Backing.scratchFile(in: Backing.tmpfsDirectory, size: size)
    case .file, .filepriv:
      return try Backing.scratchFile(in: Backing.fileDirectory, size: size)
    default:
      return try Descriptor(memoryFileOfSize: size, huge: isHugetlb, sealable: true)
    }
  }

  /// A file that has no name any more.
  private static func scratchFile(in directory: String?, size: UInt64) throws(Errno) -> Descriptor {
    guard let directory else { throw .noEntry }
    let path = "\(directory)/faultline-\(System.processID)-\(System.nanoseconds)"
    let file = try Descriptor(opening: path, for: .create)
    try TextFile.remove(path)
    try file.resize(to: size)
    return file
  }
}
