/// What `madvise(2)` can be told; the C name is that of `MADV_*`.
public struct Advice: Equatable, Sendable {
  public let rawValue: Int32
  /// The C name without `MADV_`.
  public let name: String

  public init(_ rawValue: Int32, _ name: String) {
    self.rawValue = rawValue
    self.name = name
  }

  public static let random = Advice(1, "RANDOM")
  public static let willNeed = Advice(3, "WILLNEED")
  public static let dontNeed = Advice(4, "DONTNEED")
  public static let free = Advice(8, "FREE")
  public static let remove = Advice(9, "REMOVE")
  public static let dontFork = Advice(10, "DONTFORK")
  public static let doFork = Advice(11, "DOFORK")
  public static let mergeable = Advice(12, "MERGEABLE")
  public static let unmergeable = Advice(13, "UNMERGEABLE")
  public static let hugePage = Advice(14, "HUGEPAGE")
  public static let noHugePage = Advice(15, "NOHUGEPAGE")
  public static let wipeOnFork = Advice(18, "WIPEONFORK")
  public static let keepOnFork = Advice(19, "KEEPONFORK")
  public static let cold = Advice(20, "COLD")
  public static let pageOut = Advice(21, "PAGEOUT")
  public static let populateRead = Advice(22, "POPULATE_READ")  // 5.14
  public static let populateWrite = Advice(23, "POPULATE_WRITE")  // 5.14
  public static let dontNeedLocked = Advice(24, "DONTNEED_LOCKED")  // 5.18
  public static let collapse = Advice(25, "COLLAPSE")  // 6.1
  public static let softOffline = Advice(101, "SOFT_OFFLINE")
  public static let guardInstall = Advice(102, "GUARD_INSTALL")  // 6.13
  public static let guardRemove = Advice(103, "GUARD_REMOVE")  // 6.13
}
