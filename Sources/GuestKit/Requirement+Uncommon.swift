internal import GuestProtocol
internal import LinuxMM

// What only some kernels or machines have, and few cases ask for.
extension Requirement {
  /// `/dev/userfaultfd` can be opened by root.
  public static let userfaultfdDevice = Requirement("dev-uffd", since: "6.1") {
    let path = "/dev/userfaultfd"
    guard TextFile.exists(path) else { return Lacking(.feature, "no \(path) (Linux 6.1)") }
    return System.isRoot ? nil : Lacking(.privilege, "not root: \(path) is root's")
  }

  /// `vm.unprivileged_userfaultfd` exists and may be changed.
  public static let unprivilegedKnob = Requirement("uffd-sysctl") {
    let path = "/proc/sys/vm/unprivileged_userfaultfd"
    guard TextFile.exists(path) else { return Lacking(.feature, "no \(path) (Linux 5.2)") }
    return System.isRoot ? nil : Lacking(.privilege, "not root: \(path) cannot be set")
  }

  /// One free page of the 1 GiB pool.
  public static let hugePages1G = Requirement("hugepages-1g") {
    let path = "/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages"
    let text = (try? TextFile.read(path)) ?? "0"  // unreadable is as good as none
    return isSame(Knob.selected(text), "0")
      ? Lacking(.resource, "no free 1 GiB page; run on a machine with hugepages_1g") : nil
  }

  /// Anonymous memory can come in 64 KiB folios, once the case asks for them.
  public static let folios64K = Requirement("mthp-64k", since: "6.8") {
    guard TextFile.exists(HugePages.smallFolios) else {
      return Lacking(.feature, "no transparent_hugepage/hugepages-64kB (Linux 6.8)")
    }
    return System.isRoot
      ? nil : Lacking(.privilege, "not root: \(HugePages.smallFolios) cannot be set")
  }

  /// Guard regions on anonymous memory.
  public static let guardAnon = Requirement("guard", since: "6.13") {
    do throws(Errno) {
      let page = try Mapping(anonymous: Memory.pageSize, .private)
      try page.range.advise(.guardInstall)
      return nil
    } catch { return Lacking(.feature, "no MADV_GUARD_INSTALL: \(error) (Linux 6.13)") }
  }

  /// Guard regions on files and shared memory.
  public static let guardFiles = Requirement("guard-file", since: "6.15") {
    do throws(Errno) {
      let file = try Descriptor(memoryFileOfSize: Memory.pageSize)
      let page = try Mapping(file: file, length: Memory.pageSize, .shared)
      try page.range.advise(.guardInstall)
      return nil
    } catch { return Lacking(.feature, "no MADV_GUARD_INSTALL on files: \(error) (Linux 6.15)") }
  }

  /// Guard regions on a backing.
  public static func guardRegions(on backing: Backing) -> Requirement {
    backing == .anon || backing == .thp || backing.isHugetlb ? guardAnon : guardFiles
  }
}
