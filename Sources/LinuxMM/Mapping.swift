internal import CLinuxMM

/// A region made by `mmap(2)`, unmapped when the value goes away.
public struct Mapping: ~Copyable {
  public let range: AddressRange
  private var isOwned = true

  /// Who sees stores to the region.
  public enum Sharing: Sendable {
    case `private`, shared
  }

  /// The `PROT_*` bits of a region.
  public struct Protection: OptionSet, Sendable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }
    public static let read = Protection(rawValue: 1)
    public static let write = Protection(rawValue: 2)
    public static let execute = Protection(rawValue: 4)
    public static let readWrite: Protection = [.read, .write]
  }

  /// Maps anonymous memory of `length` bytes; `huge` takes it from the 2 MiB hugetlb pool.
  ///
  /// With `aligned` the start is a multiple of it, as a transparent huge page needs. `ENOMEM` when the
  /// pool cannot reserve the pages.
  public init(
    anonymous length: UInt64, _ sharing: Sharing, huge: Bool = false,
    aligned: UInt64 = Memory.pageSize, protection: Protection = .readWrite
  ) throws(Errno) {
    var flags = LMM_MAP_ANONYMOUS | sharing.flag
    if huge { flags |= LMM_MAP_HUGETLB | LMM_MAP_HUGE_2MB }
    range = try Mapping.place(length, aligned, protection.rawValue, flags, -1, 0)
  }

  /// Maps `length` bytes of a file from `offset`.
  public init(
    file: borrowing Descriptor, length: UInt64, _ sharing: Sharing, offset: UInt64 = 0,
    aligned: UInt64 = Memory.pageSize, protection: Protection = .readWrite
  ) throws(Errno) {
    let flags = sharing.flag
    range = try Mapping.place(
      length, aligned, protection.rawValue, flags, file.rawValue, offset)
  }

  /// Maps anonymous memory at an address of one's choice, in the place of whatever is there; `MAP_FIXED`.
  ///
  /// No border is put around it: it merges with its neighbours as the kernel sees fit.
  public init(
    anonymous length: UInt64, _ sharing: Sharing, huge: Bool = false, at address: UInt64,
    protection: Protection = .readWrite
  ) throws(Errno) {
    var flags = LMM_MAP_ANONYMOUS | LMM_MAP_FIXED | sharing.flag
    if huge { flags |= LMM_MAP_HUGETLB | LMM_MAP_HUGE_2MB }
    guard lmm_mmap(address, length, protection.rawValue, flags, -1, 0) != UInt64.max else {
      throw .current
    }
    range = AddressRange(start: address, length: length)
  }

  /// Maps 1 GiB hugetlb pages; `ENOMEM` when the pool has none.
  public init(giganticPages count: UInt64, _ sharing: Sharing) throws(Errno) {
    let flags = LMM_MAP_ANONYMOUS | LMM_MAP_HUGETLB | LMM_MAP_HUGE_1GB | sharing.flag
    let length = count << 30
    let start = lmm_mmap(0, length, Protection.readWrite.rawValue, flags, -1, 0)
    guard start != UInt64.max else { throw .current }
    range = AddressRange(start: start, length: length)
  }

  /// Takes over an existing region, for example one that `mremap(2)` returned.
  public init(adopting range: AddressRange) { self.range = range }

  deinit { if isOwned { lmm_munmap(range.start, range.length) } }

  /// Gives the region up without unmapping it.
  public consuming func relinquish() -> AddressRange {
    isOwned = false
    return range
  }

  /// Moves the region to a fresh address of the same length; `mremap(2)` `MAYMOVE|FIXED`.
  ///
  /// `aligned` is the alignment of the new start; with `to` it is exactly that address, and whatever is
  /// mapped there goes. The old region is gone afterwards.
  public consuming func moved(aligned: UInt64 = Memory.pageSize, to target: UInt64? = nil)
    throws(Errno) -> Mapping
  {
    isOwned = false  // on failure nobody knows what is left of the region
    let old = range
    if let target { return Mapping(adopting: try Mapping.move(old, to: target)) }
    let reserve = LMM_MAP_ANONYMOUS | LMM_MAP_PRIVATE | LMM_MAP_NORESERVE
    let new = try Mapping.place(old.length, aligned, 0, reserve, -1, 0)
    return Mapping(adopting: try Mapping.move(old, to: new.start))
  }

  private static func move(_ old: AddressRange, to target: UInt64) throws(Errno) -> AddressRange {
    let fixed = LMM_MREMAP_MAYMOVE | LMM_MREMAP_FIXED
    guard lmm_mremap(old.start, old.length, old.length, fixed, target) != UInt64.max else {
      throw .current
    }
    return AddressRange(start: target, length: old.length)
  }

  /// Makes the region longer, elsewhere where there is no room behind it; `mremap(2)` `MAYMOVE`.
  public consuming func grown(to length: UInt64) throws(Errno) -> Mapping {
    isOwned = false  // on failure nobody knows what is left of the region
    let start = lmm_mremap(range.start, range.length, length, LMM_MREMAP_MAYMOVE, 0)
    guard start != UInt64.max else { throw .current }
    return Mapping(adopting: AddressRange(start: start, length: length))
  }

  /// Makes the region shorter where it is; `mremap(2)`.
  public consuming func shrunk(to length: UInt64) throws(Errno) -> Mapping {
    isOwned = false  // on failure nobody knows what is left of the region
    guard lmm_mremap(range.start, range.length, length, 0, 0) != UInt64.max else { throw .current }
    return Mapping(adopting: AddressRange(start: range.start, length: length))
  }

  /// Maps with a given alignment, with inaccessible shared memory on both sides.
  ///
  /// Without the borders the kernel merges an anonymous region with whatever malloc maps beside it: smaps
  /// then counts both, and a new neighbour makes all of it soft-dirty.
  private static func place(
    _ length: UInt64, _ aligned: UInt64, _ protection: Int32, _ flags: Int32, _ file: Int32,
    _ offset: UInt64
  ) throws(Errno) -> AddressRange {
    let border = Memory.pageSize
    let unit = flags & LMM_MAP_HUGETLB != 0 ? Memory.hugePageSize : max(aligned, border)
    let reserve = LMM_MAP_ANONYMOUS | LMM_MAP_SHARED | LMM_MAP_NORESERVE
    let room = lmm_mmap(0, length + unit + 2 * border, 0, reserve, -1, 0)
    guard room != UInt64.max else { throw .current }
    let start = (room + border + unit - 1) / unit * unit
    guard lmm_mmap(start, length, protection, flags | LMM_MAP_FIXED, file, offset) != UInt64.max
    else { throw .current }
    return AddressRange(start: start, length: length)
  }
}

extension Mapping.Sharing {
  var flag: Int32 { self == .shared ? LMM_MAP_SHARED : LMM_MAP_PRIVATE }
}

extension AddressRange {
  /// Gives the kernel advice about the range; `madvise(2)`.
  public func advise(_ advice: Advice) throws(Errno) {
    try checked(lmm_madvise(start, length, advice.rawValue))
  }

  /// Changes what may be done with the range; `mprotect(2)`.
  public func protect(_ protection: Mapping.Protection) throws(Errno) {
    try checked(lmm_mprotect(start, length, protection.rawValue))
  }

  /// Moves what is in the range elsewhere and leaves it mapped and empty; `MREMAP_DONTUNMAP`, 5.7.
  public func movedLeavingHoles() throws(Errno) -> AddressRange {
    let flags = LMM_MREMAP_MAYMOVE | LMM_MREMAP_DONTUNMAP
    let start = lmm_mremap(self.start, length, length, flags, 0)
    guard start != UInt64.max else { throw .current }
    return AddressRange(start: start, length: length)
  }

  /// Brings the range into memory and keeps it there; `mlock(2)`.
  public func lock() throws(Errno) { try checked(lmm_mlock(start, length)) }

  /// Ends what `lock` began; `munlock(2)`.
  public func unlock() throws(Errno) { try checked(lmm_munlock(start, length)) }

  /// Removes the range from the address space; `munmap(2)`.
  public func unmap() throws(Errno) { try checked(lmm_munmap(start, length)) }

  /// Which base pages are in memory, by `mincore(2)`: for file-backed memory the page cache's answer.
  public func residency() throws(Errno) -> [Bool] {
    let count = Int((length + Memory.pageSize - 1) / Memory.pageSize)
    var vector = [UInt8](repeating: 0, count: count)
    try checked(lmm_mincore(start, length, &vector))
    return vector.map { $0 & 1 != 0 }
  }
}
