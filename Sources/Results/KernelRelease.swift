/// The version in `uname -r`, as far as it can be ordered: `6.12.107+deb13-cloud-amd64`, `7.3-rc1`.
package struct KernelRelease: Equatable, Hashable, Sendable {
  /// Major, minor, patch; as many as were written.
  package let numbers: [Int]
  /// The release candidate's number; nil for a release.
  package let candidate: Int?

  /// Reads a version; nil unless it begins with `NUMBER.NUMBER`.
  package init?(_ text: String) {
    let head = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let parts = head.split(separator: ".").prefix(3).map { Int($0) }
    let numbers = parts.compactMap { $0 }
    guard numbers.count == parts.count, numbers.count >= 2 else { return nil }
    self.numbers = numbers
    let tail = text.dropFirst(head.count)
    guard tail.hasPrefix("-rc") || tail.hasPrefix("~rc") else {
      candidate = nil
      return
    }
    candidate = Int(tail.dropFirst(3).prefix { $0.isASCII && $0.isNumber })
  }

  /// Whether this release is `bound` or later; what `bound` leaves out counts as 0.
  package func isAtLeast(_ bound: KernelRelease) -> Bool {
    let own = padded(numbers)
    let other = padded(bound.numbers)
    if own != other { return other.lexicographicallyPrecedes(own) }
    return (candidate ?? Int.max) >= (bound.candidate ?? Int.max)
  }

  /// Whether this release is `bound` or earlier; `6.12` as a bound includes all of 6.12.y and of
  /// its candidates.
  package func isAtMost(_ bound: KernelRelease) -> Bool {
    let own = Array(padded(numbers).prefix(bound.numbers.count))
    if own != bound.numbers { return own.lexicographicallyPrecedes(bound.numbers) }
    guard let limit = bound.candidate else { return true }
    return (candidate ?? Int.max) <= limit
  }

  private func padded(_ numbers: [Int]) -> [Int] {
    numbers + Array(repeating: 0, count: 3 - numbers.count)
  }
}
