/// One thing that happens to the pages; the raw value is its word in an event's name.
public enum Step: String, CaseIterable, Sendable {
  /// Most pages go to swap.
  case swap
  /// All pages go to a swap area of their own, which is then turned off.
  case swapoff
  /// Large folios are broken up.
  case split
  /// `MADV_COLLAPSE`.
  case collapse
  /// Most pages move to the other memory node.
  case migrate
  /// A child without `EVENT_FORK`.
  case fork
  /// A child with it.
  case forkEvent = "fork-event"
  /// Another address, without `EVENT_REMAP`.
  case mremap
  /// Another address with it.
  case mremapEvent = "mremap-event"
  /// Part becomes read-only, then inaccessible, then what it was.
  case mprotect
  /// `MADV_DONTNEED` of a part.
  case dontneed
  /// `MADV_DONTNEED` of everything.
  case zap
  /// A hole is punched into the file.
  case remove
  /// The file is cut in the middle, and made as long as it was.
  case truncate
  /// A memory control group is squeezed.
  case reclaim
  /// Equal pages are merged.
  case ksm
  /// Part is unmapped, and something else mapped there.
  case unmap
  /// Part is protected (again).
  case protect
  /// Part is no longer protected.
  case unprotect
  /// Every page is read.
  case load

  /// What has happened, for messages.
  public var past: String {
    switch self {
    case .swap: "swapped out"
    case .swapoff: "swapped out and brought back by swapoff"
    case .split: "split"
    case .collapse: "asked to collapse"
    case .migrate: "moved to another node"
    case .fork: "forked without event"
    case .forkEvent: "forked with event"
    case .mremap: "moved by mremap without event"
    case .mremapEvent: "moved by mremap with event"
    case .mprotect: "made read-only and writable again"
    case .dontneed: "zapped in part"
    case .zap: "zapped"
    case .remove: "punched out in part"
    case .truncate: "truncated"
    case .reclaim: "reclaimed"
    case .ksm: "merged"
    case .unmap: "unmapped in part"
    case .protect: "protected in part"
    case .unprotect: "released in part"
    case .load: "read"
    }
  }
}
