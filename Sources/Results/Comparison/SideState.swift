/// What a case is on one side of a comparison.
package enum SideState: Equatable, Hashable, Sendable {
  case verdict(Verdict)
  /// A broken promise that a known issue explains.
  case known
  /// The side has no such case.
  case absent

  package static let all = Verdict.allCases.map(Self.verdict) + [.known, .absent]

  /// The word of docs/history.md.
  package var word: String {
    switch self {
    case .verdict(let verdict): verdict.rawValue
    case .known: "known"
    case .absent: "absent"
    }
  }
}
