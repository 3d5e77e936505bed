/// How often a case ended how on one side of a comparison.
///
/// Small, since there are hundreds of thousands of them.
package struct CaseTally: Equatable, Sendable {
  /// By the verdict's place in `allCases`; the last lanes hold what known issues explain.
  private var counts = SIMD16<UInt32>()

  private static let knownLane = 10
  private static let verdicts = Verdict.allCases

  package init() {}

  package init(_ verdicts: Verdict..., known: Verdict...) {
    for verdict in verdicts { add(verdict, isKnown: false) }
    for verdict in known { add(verdict, isKnown: true) }
  }

  package mutating func add(_ verdict: Verdict, isKnown: Bool) {
    counts[Self.lane(verdict)] &+= 1
    if isKnown, verdict.breaksPromise { counts[Self.knownLane + verdict.severity] &+= 1 }
  }

  package subscript(verdict: Verdict) -> Int { Int(counts[Self.lane(verdict)]) }

  /// All repetitions.
  package var total: Int { Self.verdicts.reduce(0) { $0 + self[$1] } }
  /// Repetitions that broke the promise.
  package var broken: Int { self[.fail] + self[.crash] + self[.hang] }
  /// Repetitions that say something about the promise.
  package var conclusive: Int { self[.pass] + broken }
  /// Broken ones that a known issue explains.
  package var known: Int { (0..<3).reduce(0) { $0 + Int(counts[Self.knownLane + $1]) } }
  /// Repetitions that tested nothing.
  package var untested: Int { self[.missing] + self[.unexercised] }
  /// Whether it passed and broke on the same side.
  package var isMixed: Bool { self[.pass] > 0 && broken > 0 }
  /// What Fisher's test counts.
  package var fisherCount: PatchCheck.Count { PatchCheck.Count(broken, of: conclusive) }

  /// The verdict that stands for the side: the worst of the conclusive ones, or else the most frequent.
  package var state: SideState {
    for verdict in [Verdict.crash, .hang, .fail] {
      let known = Int(counts[Self.knownLane + verdict.severity])
      if self[verdict] > known { return .verdict(verdict) }
    }
    if broken > 0 { return .known }
    if self[.pass] > 0 { return .verdict(.pass) }
    let others: [Verdict] = [.skip, .lost, .error, .unexercised, .missing]
    let most = others.max { self[$0] < self[$1] }
    guard let most, self[most] > 0 else { return .absent }
    return .verdict(most)
  }

  /// The verdicts that occur, with their numbers.
  package var counted: [(verdict: Verdict, count: Int)] {
    Self.verdicts.map { ($0, self[$0]) }.filter { $0.1 > 0 }
  }

  private static func lane(_ verdict: Verdict) -> Int {
    switch verdict {
    case .pass: 0
    case .fail: 1
    case .skip: 2
    case .unexercised: 3
    case .error: 4
    case .crash: 5
    case .hang: 6
    case .lost: 7
    case .missing: 8
    }
  }
}

extension Verdict {
  /// Whether it says that the kernel broke a promise.
  package var breaksPromise: Bool { self == .fail || self == .crash || self == .hang }

  /// 0 for `fail`, 1 for `hang`, 2 for `crash`.
  fileprivate var severity: Int {
    switch self {
    case .crash: 2
    case .hang: 1
    default: 0
    }
  }

  /// The worst first: what a side shows of several repetitions.
  package var showRank: Int {
    switch self {
    case .crash: 0
    case .hang: 1
    case .fail: 2
    case .lost: 3
    case .error: 4
    case .unexercised: 5
    case .pass: 6
    case .skip: 7
    case .missing: 8
    }
  }
}
