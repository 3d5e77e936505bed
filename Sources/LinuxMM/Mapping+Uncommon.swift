internal import CLinuxMM

// Memory that few programs have: other kinds of pages, and mappings that the kernel made.
extension Mapping {
  /// Maps private anonymous memory of 1 GiB hugetlb pages; `ENOMEM` when the pool has too few.
  public init(anonymousGigabytes count: UInt64) throws(Errno) {
    let flags = LMM_MAP_ANONYMOUS | LMM_MAP_HUGETLB | LMM_MAP_HUGE_1GB | LMM_MAP_PRIVATE
    let length = count << 30
    let start = lmm_mmap(0, length, Protection.readWrite.rawValue, flags, -1, 0)
    guard start != UInt64.max else { throw .current }
    self.init(adopting: AddressRange(start: start, length: length))
  }

  /// Maps anonymous memory that the kernel may drop when it is short; `MAP_DROPPABLE` (6.11).
  public init(droppable length: UInt64) throws(Errno) {
    let flags = LMM_MAP_ANONYMOUS | LMM_MAP_DROPPABLE
    let start = lmm_mmap(0, length, Protection.readWrite.rawValue, flags, -1, 0)
    guard start != UInt64.max else { throw .current }
    self.init(adopting: AddressRange(start: start, length: length))
  }

  /// Attaches a new System V segment, which goes with the process.
  public static func sharedSegment(length: UInt64) throws(Errno) -> AddressRange {
    let start = lmm_shm_attach(length)
    guard start != UInt64.max else { throw .current }
    return AddressRange(start: start, length: length)
  }

  /// A mapping of this process by the name it has in `/proc/self/maps`, such as `[vdso]`.
  public static func named(_ name: String) throws(Errno) -> AddressRange? {
    let wanted = Array((" " + name).utf8)
    for line in try TextFile.read("/proc/self/maps").utf8.split(separator: UInt8(ascii: "\n")) {
      guard line.count > wanted.count, line.suffix(wanted.count).elementsEqual(wanted) else {
        continue
      }
      return Smaps.bounds(line)
    }
    return nil
  }
}

extension Descriptor {
  /// A file whose pages the kernel itself does not map; `memfd_secret(2)`, `ENOSYS` without it.
  public init(secretOfSize size: UInt64) throws(Errno) {
    let number = try checked(lmm_memfd_secret())
    guard lmm_truncate(number, Int64(size)) == 0 else {
      let error = Errno.current
      lmm_close(number)
      throw error
    }
    self.init(adopting: number)
  }
}
