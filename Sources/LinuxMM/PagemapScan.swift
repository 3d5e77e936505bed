internal import CLinuxMM

/// One call of the `PAGEMAP_SCAN` ioctl (6.7); defaults are those of an all-matching query.
public struct PagemapScan: Sendable {
  /// What a page can be; `PAGE_IS_*`.
  public struct Categories: OptionSet, Sendable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    public static let writeProtectable = Categories(rawValue: 1 << 0)  // WPALLOWED
    public static let written = Categories(rawValue: 1 << 1)
    public static let file = Categories(rawValue: 1 << 2)
    public static let present = Categories(rawValue: 1 << 3)
    public static let swapped = Categories(rawValue: 1 << 4)
    public static let zeroPage = Categories(rawValue: 1 << 5)  // PFNZERO
    public static let huge = Categories(rawValue: 1 << 6)
    public static let softDirty = Categories(rawValue: 1 << 7)  // 6.8
    public static let guardRegion = Categories(rawValue: 1 << 8)  // 6.16
    public static let accessed = Categories(rawValue: 1 << 9)  // 7.3

    public var description: String { "0x" + hex(rawValue) }
  }

  /// What the scan does besides looking; `PM_SCAN_*`.
  public struct Flags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    /// Write-protects what matched.
    public static let protectMatching = Flags(rawValue: 1)
    /// Fails with `EPERM` unless everything is registered for asynchronous write-protection.
    public static let checkAsync = Flags(rawValue: 2)
  }

  /// A run of pages with equal categories.
  public struct Region: Equatable, Sendable {
    public let range: AddressRange
    public let categories: Categories
  }

  /// What a scan returned.
  public struct Answer: Equatable, Sendable {
    public let regions: [Region]
    /// Where the scan stopped.
    public let walkEnd: UInt64
  }

  public var flags: Flags = []
  public var inverted: Categories = []
  public var all: Categories = []
  public var any: Categories = []
  public var returned: Categories = []
  /// The most pages to report; 0 for no limit.
  public var maximumPages: UInt64 = 0
  /// Room for regions; 0 passes no vector at all.
  public var regionLimit = 512
  /// The `size` field, for argument tests.
  public var structureSize: UInt64 = 96
  /// Overrides the vector's address and length as the kernel sees them, for argument tests.
  public var rawVector: (address: UInt64, length: UInt64)?

  public init() {}

  /// Scans the range [start, end) of the process whose pagemap this is.
  public func scan(_ pagemap: borrowing Pagemap, from start: UInt64, to end: UInt64)
    throws(Errno) -> Answer
  {
    var vector = [lmm_page_region](repeating: lmm_page_region(), count: max(regionLimit, 1))
    var argument = lmm_pm_scan_arg()
    argument.size = structureSize
    argument.flags = flags.rawValue
    argument.start = start
    argument.end = end
    argument.max_pages = maximumPages
    argument.category_inverted = inverted.rawValue
    argument.category_mask = all.rawValue
    argument.category_anyof_mask = any.rawValue
    argument.return_mask = returned.rawValue
    let found = try pagemap.withDescriptor { (number: Int32) throws(Errno) -> Int32 in
      let result = vector.withUnsafeMutableBufferPointer { buffer -> Int32 in
        if regionLimit > 0, let base = buffer.baseAddress {
          argument.vec = UInt64(UInt(bitPattern: base))
          argument.vec_len = UInt64(regionLimit)
        }
        if let rawVector {
          argument.vec = rawVector.address
          argument.vec_len = rawVector.length
        }
        return lmm_ioctl(number, LMM_PAGEMAP_SCAN, &argument)
      }
      return try checked(result)
    }
    var regions: [Region] = []
    for region in vector.prefix(min(Int(found), regionLimit)) {
      regions.append(
        Region(
          range: AddressRange(start: region.start, length: region.end - region.start),
          categories: Categories(rawValue: region.categories)))
    }
    return Answer(regions: regions, walkEnd: argument.walk_end)
  }

  /// Issues another ioctl number, or a null argument, on a pagemap, for argument tests.
  public static func rawRequest(_ pagemap: borrowing Pagemap, number request: UInt64)
    throws(Errno)
  {
    try pagemap.withDescriptor { (number: Int32) throws(Errno) -> Void in
      try checked(lmm_ioctl(number, request, nil))
    }
  }

  /// The ioctl's number.
  public static let request = LMM_PAGEMAP_SCAN
}
