/// The kernel versions that a request is made of: all of them, or those within one or two bounds.
package struct VersionBounds: Hashable, Sendable {
  /// The first version; nil when there is no lower bound.
  package let first: KernelVersion?
  /// The first version that is too new; nil when there is no upper bound.
  package let end: KernelVersion?

  package init(first: KernelVersion? = nil, end: KernelVersion? = nil) {
    self.first = first
    self.end = end
  }

  /// Reads what stands behind `# only:`, such as `>=6.1 <7.0`; nil unless it is one bound of either
  /// kind or both, and some version is within them.
  package init?(_ text: String) {
    var first: KernelVersion?
    var end: KernelVersion?
    for word in text.words {
      if word.hasPrefix(">="), first == nil, let version = KernelVersion(word.dropFirst(2)) {
        first = version
      } else if word.hasPrefix("<"), end == nil, let version = KernelVersion(word.dropFirst()) {
        end = version
      } else {
        return nil
      }
    }
    if let first, let end, first >= end { return nil }
    guard first != nil || end != nil else { return nil }
    self.init(first: first, end: end)
  }

  package func contains(_ version: KernelVersion) -> Bool {
    first.map { version >= $0 } ?? true && end.map { version < $0 } ?? true
  }

  /// Whether a version is within both.
  package func overlaps(_ other: VersionBounds) -> Bool {
    func startsBeforeEnd(_ one: VersionBounds, _ two: VersionBounds) -> Bool {
      guard let first = one.first, let end = two.end else { return true }
      return first < end
    }
    return startsBeforeEnd(self, other) && startsBeforeEnd(other, self)
  }
}
