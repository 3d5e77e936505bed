/// Which of a cell's pages are there, which are tracked, and where steps take hold.
///
/// Irregular on purpose, with differing neighbours, the first and the last page, and both sides of the end of
/// a page table: what kernels get wrong is a batch that takes its pages for equal.
public struct Layout: Sendable {
  public let ground: Ground
  /// Pages of the registered range.
  public let count: Int
  /// The first page behind the end of a page table; 0 when the range starts a table.
  public let boundary: Int
  /// What steps that take part of the range take.
  public let part: Range<Int>
  /// What steps that leave a few pages at both ends take.
  public let most: Range<Int>
  /// One range to protect.
  public let block: Range<Int>
  /// The pages whose every access is looked at; the others are accessed in one go.
  public let asked: [Int]
  private let scattered: [Int]
  /// All pages are filled alike, to be merged.
  private let isUniform: Bool

  public init(_ ground: Ground, isUniform: Bool = false) {
    self.ground = ground
    self.isUniform = isUniform || ground == .ksm
    switch ground {
    case .hugetlb, .hugetlbpriv:
      (count, boundary) = (5, 0)
      (part, most, block) = (1..<3, 0..<4, 1..<4)
      scattered = [0, 2, 3]
      asked = Array(0..<5)
    case .thp:
      (count, boundary) = (1024, 0)
      (part, most, block) = (500..<530, 0..<1024, 0..<512)
      scattered = []
      asked = [0, 255, 499, 500, 511, 512, 529, 530, 1023]
    case .thpEntries, .shthp:
      (count, boundary) = (512, 0)
      (part, most, block) = (100..<300, 1..<511, 2..<500)
      scattered = [0, 3, 4, 7, 15, 16, 100, 101, 255, 256, 300, 509, 511]
      asked = [0, 1, 3, 4, 5, 15, 16, 17, 99, 100, 101, 102, 256, 257, 299, 300, 500, 510, 511]
    case .mthp:
      (count, boundary) = (48, 16)
      (part, most, block) = (10..<37, 1..<46, 3..<42)
      scattered = [0, 3, 4, 5, 9, 14, 15, 16, 18, 20, 21, 30, 31, 33, 40, 47]
      asked = [0, 1, 3, 4, 5, 6, 9, 10, 14, 15, 16, 17, 18, 21, 30, 31, 32, 36, 40, 46, 47]
    default:
      (count, boundary) = (24, 11)
      (part, most, block) = (7..<15, 1..<22, 2..<19)
      scattered = [0, 2, 3, 5, 6, 8, 9, 10, 11, 14, 16, 18, 20, 23]
      asked = Array(0..<24)
    }
  }

  /// Whether a page is there before anything happens.
  public func isPopulated(_ page: Int, _ setting: Setting) -> Bool {
    if setting == .hole { return false }
    if ground.isHugetlb { return page != 2 }
    guard !ground.isLarge, ground != .ksm else { return true }
    return page != 4 && page != 5 && page != 13 && page != 20
  }

  /// Whether a page is to be tracked.
  public func isTracked(_ page: Int, _ setting: Setting) -> Bool {
    switch setting {
    case .pages, .copy, .softdirty:
      ground == .thp ? block.contains(page) : scattered.contains(page)
    default: block.contains(page)
    }
  }

  /// Pages of the setting `before` that come by a store, and so lose their protection again.
  public func comesByStore(_ page: Int) -> Bool { page % 6 == 1 }

  /// The byte that a page is filled with: never 0, and not its neighbours'; merged pages are all the same.
  public func pattern(_ page: Int) -> UInt8 {
    isUniform ? 0x6b : UInt8(truncatingIfNeeded: 0x11 &+ 26 &* page) | 1
  }
}
