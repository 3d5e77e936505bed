package import Results

/// How often a verdict occurs, those that a known issue explains apart.
package struct MarkCount: Equatable, Sendable {
  package var verdict: Verdict
  package var isKnown: Bool
  package var count: Int

  package init(_ verdict: Verdict, isKnown: Bool, count: Int) {
    self.verdict = verdict
    self.isKnown = isKnown
    self.count = count
  }

  /// All marks that occur, in the order of the legend, each once.
  static func marks(_ counts: [MarkCount]) -> [(mark: VerdictMark, count: Int)] {
    var sums: [VerdictMark: Int] = [:]
    for one in counts {
      sums[VerdictMark(one.verdict, isKnown: one.isKnown), default: 0] += one.count
    }
    return VerdictMark.all.compactMap { mark in sums[mark].map { (mark, $0) } }
  }
}
