/// What is known of one page of a cell.
public struct PageState: Equatable, Sendable {
  /// What the mapping's entry is.
  public enum Place: Sendable {
    case absent, present, swapped
  }

  /// What a bit is to be.
  public enum Bit: Sendable {
    case clear, set
    /// The kernel may say more than is true: soft-dirty is coarse where huge pages are split or moved.
    case either
  }

  public var place = Place.absent
  /// The tracked bit; with an absent page that of a marker.
  public var bit = Bit.clear
  /// The entry is for a page of the mapping's own, not for the file's or the zero page.
  public var isOwn = false
  /// What the page of its own holds.
  public var content = Content.zeros
  /// The file has this page, in memory or in swap.
  public var isCached = false
  /// What the file's page holds.
  public var cached = Content.zeros
  /// The address is no longer ours.
  public var isGone = false

  public init() {}

  /// What a load sees.
  public var visible: Content {
    if isOwn, place != .absent { return content }
    return isCached ? cached : .zeros
  }
}
