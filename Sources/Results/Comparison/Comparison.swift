/// Two runs, or two kernels, beside each other: the value behind every format of `faultline compare`.
package struct Comparison: Equatable, Sendable {
  /// The version of the schema that is written.
  package static let schema = 1
  /// How probabilities are computed, in words.
  package static let method =
    "Fisher's exact test, one-sided; a difference is confirmed at p ≤ 0.01"

  /// What is said of a side as a whole.
  package struct Side: Equatable, Sendable, Encodable {
    /// As it was asked for.
    package var name: String
    package var runs: [String]
    package var kernels: [String]
    package var machines: [String]
    package var accelerators: [String]
    /// `uname -r` of its guests.
    package var releases: [String]
    package var results: Int
  }

  /// One case that is not unchanged.
  package struct Row: Equatable, Sendable {
    package var identity: ComparedCase.Identity
    package var verdict: ComparisonClass
    /// How likely chance makes such a difference; nil where there is none to ask about.
    package var p: Double?
    /// What a reader must know beside the numbers, in sentences.
    package var notes: [String]
    /// nil where the side has no such case.
    package var base: Half?
    package var candidate: Half?
  }

  /// One side of a row.
  package struct Half: Equatable, Sendable {
    package var tally: CaseTally
    /// The median of what its repetitions took.
    package var durationMilliseconds: Int?
    /// The worst of its repetitions.
    package var result: CaseResult?

    package init(_ tally: CaseTally, durationMilliseconds: Int?, result: CaseResult?) {
      self.tally = tally
      self.durationMilliseconds = durationMilliseconds
      self.result = result
    }
  }

  /// A case whose duration left its noise band.
  package struct Timing: Equatable, Sendable {
    package var identity: ComparedCase.Identity
    package var band: NoiseBand
    /// The candidate's median.
    package var candidateMilliseconds: Int
  }

  package var base: Side
  package var candidate: Side
  /// Why nothing can be concluded; empty where something can.
  package var obstacles: [String]
  /// What differs besides the kernel.
  package var differences: [SideDifference]
  /// How many cases have each class.
  package var counts: [ComparisonClass: Int]
  /// Every case that is not unchanged, the worst class first.
  package var rows: [Row]
  package var timing: [Timing]

  package var isComparable: Bool { obstacles.isEmpty }

  package func count(_ verdict: ComparisonClass) -> Int { counts[verdict, default: 0] }

  package func rows(_ verdict: ComparisonClass) -> [Row] { rows.filter { $0.verdict == verdict } }
}
