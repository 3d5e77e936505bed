/// How the tracked bits got there; the raw value is the word in the cell's name.
public enum Setting: String, CaseIterable, Sendable {
  /// Populated, then one range protected.
  case after
  /// One range protected while empty, then populated through the markers.
  case before
  /// Filled by `UFFDIO_COPY`, some in mode WP.
  case copy
  /// As `after`, with protection that the kernel lifts by itself.
  case async
  /// One range protected and never populated.
  case hole
  /// Populated, then protected page by page in an irregular pattern.
  case pages
  /// `clear_refs`, then stores in an irregular pattern; no userfaultfd.
  case softdirty

  /// Whether the bit is userfaultfd's, rather than soft-dirty's.
  public var isProtection: Bool { self != .softdirty }

  /// Whether anonymous holes can be protected.
  public var marksHoles: Bool { self == .before || self == .hole || self == .async }

  /// What a tracked page is called.
  public func word(_ isTracked: Bool) -> String {
    switch self {
    case .after: isTracked ? "protected after it was filled" : "not protected"
    case .before: isTracked ? "protected while empty" : "not protected"
    case .copy: isTracked ? "copied in and protected" : "copied in unprotected"
    case .async: isTracked ? "protected asynchronously" : "not protected"
    case .hole: isTracked ? "a protected hole" : "a plain hole"
    case .pages: isTracked ? "protected by itself" : "not protected"
    case .softdirty: isTracked ? "written since clear_refs" : "not written since clear_refs"
    }
  }
}
