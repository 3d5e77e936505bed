internal import CLinuxMM

extension Userfaultfd {
  /// What `UFFDIO_API` offers and a descriptor can ask for; `UFFD_FEATURE_*`.
  public struct Features: OptionSet, Sendable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let writeProtect = Features(rawValue: LMM_UFFD_FEATURE_PAGEFAULT_FLAG_WP)  // 5.7
    public static let eventFork = Features(rawValue: LMM_UFFD_FEATURE_EVENT_FORK)
    public static let eventRemap = Features(rawValue: LMM_UFFD_FEATURE_EVENT_REMAP)
    public static let eventRemove = Features(rawValue: LMM_UFFD_FEATURE_EVENT_REMOVE)
    public static let eventUnmap = Features(rawValue: LMM_UFFD_FEATURE_EVENT_UNMAP)
    public static let missingHugetlb = Features(rawValue: LMM_UFFD_FEATURE_MISSING_HUGETLBFS)
    public static let missingShmem = Features(rawValue: LMM_UFFD_FEATURE_MISSING_SHMEM)
    public static let sigbus = Features(rawValue: LMM_UFFD_FEATURE_SIGBUS)
    public static let threadID = Features(rawValue: LMM_UFFD_FEATURE_THREAD_ID)
    public static let minorHugetlb = Features(rawValue: LMM_UFFD_FEATURE_MINOR_HUGETLBFS)  // 5.13
    public static let minorShmem = Features(rawValue: LMM_UFFD_FEATURE_MINOR_SHMEM)  // 5.14
    public static let exactAddress = Features(rawValue: LMM_UFFD_FEATURE_EXACT_ADDRESS)  // 5.18
    /// Write-protection of shmem and hugetlbfs, 5.19.
    public static let writeProtectFiles = Features(rawValue: LMM_UFFD_FEATURE_WP_HUGETLBFS_SHMEM)
    /// Write-protection of anonymous pages that do not exist yet, 6.4.
    public static let writeProtectUnpopulated = Features(rawValue: LMM_UFFD_FEATURE_WP_UNPOPULATED)
    public static let poison = Features(rawValue: LMM_UFFD_FEATURE_POISON)  // 6.6
    /// Write-protection resolved by the kernel itself, 6.7.
    public static let writeProtectAsync = Features(rawValue: LMM_UFFD_FEATURE_WP_ASYNC)
    public static let move = Features(rawValue: LMM_UFFD_FEATURE_MOVE)  // 6.8

    public var description: String { "0x" + hex(rawValue) }
  }

  /// What faults a range is registered for; `UFFDIO_REGISTER_MODE_*`.
  public struct Modes: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static let missing = Modes(rawValue: LMM_UFFDIO_REGISTER_MODE_MISSING)
    public static let writeProtect = Modes(rawValue: LMM_UFFDIO_REGISTER_MODE_WP)
    public static let minor = Modes(rawValue: LMM_UFFDIO_REGISTER_MODE_MINOR)
  }

  /// The ioctls that a registered range answers to; bit n is ioctl number n.
  public struct Operations: OptionSet, Sendable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static let wake = Operations(rawValue: 1 << 2)
    public static let copy = Operations(rawValue: 1 << 3)
    public static let zeroPage = Operations(rawValue: 1 << 4)
    public static let move = Operations(rawValue: 1 << 5)
    public static let writeProtect = Operations(rawValue: 1 << 6)
    public static let `continue` = Operations(rawValue: 1 << 7)
    public static let poison = Operations(rawValue: 1 << 8)

    public var description: String { "0x" + hex(rawValue) }
  }
}
