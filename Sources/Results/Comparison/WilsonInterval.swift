/// Between which rates the true one lies with 95 % confidence, from so many of so many; Wilson's score interval.
package struct WilsonInterval: Equatable, Sendable {
  package let low: Double
  package let high: Double

  /// Makes the interval; all of 0 to 1 when nothing was run.
  package init(_ count: Int, of total: Int) {
    guard total > 0 else {
      low = 0
      high = 1
      return
    }
    let z = 1.959_963_984_540_054
    let n = Double(total)
    let rate = Double(count) / n
    let center = rate + z * z / (2 * n)
    let spread = z * (rate * (1 - rate) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    // Rounding must not take the ends beyond what was seen.
    low = count == 0 ? 0 : (center - spread) / scale
    high = count == total ? 1 : (center + spread) / scale
  }
}
