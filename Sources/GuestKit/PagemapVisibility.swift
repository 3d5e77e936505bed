internal import LinuxMM

/// What this kernel's pagemap can show, tried once on a page of our own.
enum PagemapVisibility {
  /// Bit 57 appears on a protected page (5.14).
  static let showsWriteProtect: Bool = tryWriteProtect()
  /// Bit 55 appears on a fresh page.
  static let showsSoftDirty: Bool = tryFreshPage(contains: .softDirty)

  /// The errno of a whole scan of one page, or nil when it works.
  static var scanError: Errno? {
    do throws(Errno) {
      let page = try Mapping(anonymous: Memory.pageSize, .private)
      var scan = PagemapScan()
      scan.all = .present
      scan.returned = .present
      _ = try scan.scan(try Pagemap(), from: page.range.start, to: page.range.end)
      return nil
    } catch { return error }
  }

  /// Whether a scan calls memory written that no userfaultfd tracks, as it does until 7.2.
  ///
  /// Linux 7.3 brought `PAGE_IS_ACCESSED`, and reports either only where a mapping is registered for it.
  static let saysWrittenOfUntracked: Bool = {
    do throws(Errno) {
      let page = try Mapping(anonymous: Memory.pageSize, .private)
      var scan = PagemapScan()
      scan.any = .accessed
      _ = try scan.scan(try Pagemap(), from: page.range.start, to: page.range.end)
      return false
    } catch { return true }
  }()

  private static func tryWriteProtect() -> Bool {
    do throws(Errno) {
      let page = try Mapping(anonymous: Memory.pageSize, .private)
      Memory.store(page.range.start, 1)
      let uffd = try Userfaultfd()
      try uffd.register(page.range, for: .writeProtect)
      try uffd.writeProtect(page.range)
      return try Pagemap().entry(at: page.range.start).bits.contains(.writeProtected)
    } catch { return false }
  }

  private static func tryFreshPage(contains bit: PagemapEntry.Bits) -> Bool {
    do throws(Errno) {
      let page = try Mapping(anonymous: Memory.pageSize, .private)
      Memory.store(page.range.start, 1)
      return try Pagemap().entry(at: page.range.start).bits.isSuperset(of: bit)
    } catch { return false }
  }
}
