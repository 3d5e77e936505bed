internal import LinuxMM

/// Numbers that look random and are the same for the same seed; SplitMix64 (Steele, Lea, Flood 2014).
public struct SeededNumbers: Sendable {
  private var state: UInt64

  public init(_ seed: UInt64) { state = seed }

  /// The next number out of all 2^64.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// The next number in 0..<bound; the bias of the remainder does not matter to a test.
  public mutating func next(below bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

  /// A part of a range, never empty unless the range is.
  public mutating func part(of range: Range<Int>) -> Range<Int> {
    let first = range.lowerBound + next(below: range.count)
    return first..<(first + 1 + next(below: range.upperBound - first))
  }
}

extension Trial {
  /// What cases with chance in them start from: `--seed`, or the time when the program began.
  ///
  /// A case that uses it says so in its evidence, so that it can be run again with the same choices.
  public var seed: UInt64 { Trial.programSeed }

  private static let programSeed: UInt64 = {
    let words = Array(System.arguments.dropFirst())
    let arguments = try? Arguments(words)  // main has refused bad ones
    return arguments?.seed ?? System.nanoseconds
  }()
}
