/// Where a duration lies by chance alone, from several of the base's.
package struct NoiseBand: Equatable, Sendable {
  /// Fewer durations do not tell how far they scatter.
  package static let fewest = 5

  package let median: Int
  package let low: Int
  package let high: Int

  /// Makes the band: the median and three of the standard deviations that the median absolute deviation stands
  /// for, but at least a fifth and 20 ms.
  ///
  /// nil for fewer than five durations.
  package init?(_ milliseconds: [Int32]) {
    guard milliseconds.count >= Self.fewest else { return nil }
    let median = Self.median(milliseconds)
    let deviation = Self.median(milliseconds.map { abs($0 - Int32(median)) })
    let width = max(3 * 1.4826 * Double(deviation), 0.2 * Double(median), 20)
    self.median = median
    low = max(0, median - Int(width))
    high = median + Int(width)
  }

  package func contains(_ milliseconds: Int) -> Bool { (low...high).contains(milliseconds) }

  /// The middle one, the lower of the two of an even number; 0 of none.
  package static func median(_ values: [Int32]) -> Int {
    guard values.count > 1 else { return Int(values.first ?? 0) }
    return Int(values.sorted()[(values.count - 1) / 2])
  }
}
