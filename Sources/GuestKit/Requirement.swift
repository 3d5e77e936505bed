public import GuestProtocol
public import LinuxMM

/// Something a case needs, found out by trying and never by the kernel's version.
public struct Requirement: Sendable {
  /// A short word for `--list`.
  public let name: String
  /// The Linux version that brought it; nil for what a configuration or machine brings.
  let since: String?
  private let probe: @Sendable () -> Lacking?

  /// What is missing, and in which sense.
  public struct Lacking: Sendable {
    public let kind: Outcome.SkipKind
    public let text: String

    public init(_ kind: Outcome.SkipKind, _ text: String) {
      self.kind = kind
      self.text = text
    }
  }

  /// Makes a requirement of a suite's own; the probe returns nil when it is met.
  ///
  /// The probe runs in the case's process just before the body, under the case's deadline. `since` is the
  /// version of Linux that first had it, for the reader: it is never compared with the running kernel's.
  public init(
    _ name: String, since: String? = nil, probe: @escaping @Sendable () -> Lacking?
  ) {
    self.name = name
    self.since = since
    self.probe = probe
  }

  /// What is missing, or nil.
  public func lacking() -> Lacking? { probe() }

  /// As `--list` shows it: `wp-async@6.7`.
  var listing: String { since.map { name + "@" + $0 } ?? name }
}

// MARK: userfaultfd

extension Requirement {
  /// userfaultfd(2) works for us.
  public static let userfaultfd = Requirement("uffd", since: "4.3") {
    offer([], "userfaultfd", "4.3")
  }
  /// userfaultfd(2) takes `UFFD_USER_MODE_ONLY`.
  public static let userModeOnly = Requirement("user-mode-only", since: "5.11") {
    do throws(Errno) {
      _ = try Userfaultfd(userModeOnly: true)
      return nil
    } catch {
      return Lacking(.feature, "userfaultfd with UFFD_USER_MODE_ONLY: \(error) (Linux 5.11)")
    }
  }
  /// Write-protection of anonymous memory.
  public static let writeProtectAnon = feature(.writeProtect, "wp-anon", "5.7")
  /// Write-protection of shmem and hugetlbfs.
  public static let writeProtectFiles = feature(.writeProtectFiles, "wp-file", "5.19")
  /// Write-protection markers on anonymous holes.
  public static let writeProtectUnpopulated = feature(
    .writeProtectUnpopulated, "wp-unpopulated", "6.4")
  public static let writeProtectAsync = feature(.writeProtectAsync, "wp-async", "6.7")
  public static let minorShmem = feature(.minorShmem, "minor-shmem", "5.14")
  public static let minorHugetlb = feature(.minorHugetlb, "minor-hugetlb", "5.13")
  public static let exactAddress = feature(.exactAddress, "exact-address", "5.18")
  public static let eventFork = feature(.eventFork, "event-fork", "4.11")
  public static let eventRemap = feature(.eventRemap, "event-remap", "4.11")
  public static let eventUnmap = feature(.eventUnmap, "event-unmap", "4.11")
  public static let eventRemove = feature(.eventRemove, "event-remove", "4.11")
  public static let poison = feature(.poison, "poison", "6.6")
  public static let move = feature(.move, "move", "6.8")

  /// Write-protection on a backing.
  public static func writeProtect(on backing: Backing) -> Requirement {
    switch backing {
    case .anon, .thp: writeProtectAnon
    case .file, .filepriv: writeProtectAsync
    default: writeProtectFiles
    }
  }

  /// `UFFDIO_CONTINUE` takes mode WP (6.4); no feature bit says so.
  public static let continueProtected = Requirement("continue-wp", since: "6.4") {
    do throws(Errno) {
      let uffd = try Userfaultfd()
      let file = try Descriptor(memoryFileOfSize: Memory.pageSize)
      try file.write([1], at: 0)
      let memory = try Mapping(file: file, length: Memory.pageSize, .shared)
      try uffd.register(memory.range, for: [.minor, .writeProtect])
      try uffd.continue(memory.range, writeProtected: true)
      return nil
    } catch {
      return Lacking(.feature, "UFFDIO_CONTINUE in mode WP: \(error) (Linux 6.4)")
    }
  }

  /// Minor faults on a backing.
  public static func minor(on backing: Backing) -> Requirement {
    backing.isHugetlb ? minorHugetlb : minorShmem
  }

  /// A bit of the `UFFDIO_API` answer.
  public static func feature(
    _ feature: Userfaultfd.Features, _ name: String, _ since: String
  ) -> Requirement {
    Requirement(name, since: since) { offer(feature, "userfaultfd feature \(name)", since) }
  }

  private static func offer(_ feature: Userfaultfd.Features, _ what: String, _ since: String)
    -> Lacking?
  {
    do throws(Errno) {
      let offered = try Userfaultfd.offered().features
      guard !offered.isSuperset(of: feature) else { return nil }
      return Lacking(.feature, "no \(what) (Linux \(since)); UFFDIO_API offers \(offered)")
    } catch {
      switch error {
      case .notPermitted:
        return Lacking(.privilege, "userfaultfd: EPERM (run as root or set the sysctl)")
      default: return Lacking(.config, "userfaultfd: \(error) (CONFIG_USERFAULTFD)")
      }
    }
  }
}

// MARK: pagemap

extension Requirement {
  /// Bit 57 of pagemap shows write-protection.
  public static let pagemapWriteProtect = Requirement("pm57", since: "5.14") {
    PagemapVisibility.showsWriteProtect
      ? nil : Lacking(.feature, "pagemap does not show userfaultfd write-protection (Linux 5.14)")
  }

  /// The `PAGEMAP_SCAN` ioctl.
  public static let pagemapScan = Requirement("pagemap-scan", since: "6.7") {
    PagemapVisibility.scanError == .notTypewriter
      ? Lacking(.feature, "no PAGEMAP_SCAN ioctl: ENOTTY (Linux 6.7)") : nil
  }

  /// New pages are soft-dirty.
  public static let softDirty = Requirement("soft-dirty") {
    PagemapVisibility.showsSoftDirty
      ? nil : Lacking(.config, "a fresh page is not soft-dirty (CONFIG_MEM_SOFT_DIRTY)")
  }
}
