/// What `git bisect run` is told about one kernel.
package enum BisectAnswer: Equatable, Sendable {
  case good(String)
  case bad(String)
  /// git skips the commit.
  case cannotTell(String)

  /// The answer that a run gives.
  ///
  /// Bad when a case broke its promise: red, known issues apart, and neither `lost` nor `missing`. A
  /// kernel that does not come up tells nothing about the cases, unless its boot is what is judged.
  package init(_ run: Run, judgesBoot: Bool) {
    let boots = run.results.filter(\.planned.isBoot)
    let cases = run.results.filter { !$0.planned.isBoot }
    let dead = boots.first { $0.isRed && [.fail, .crash, .hang].contains($0.verdict) }
    if judgesBoot {
      if let dead {
        self = .bad("it does not come up: \(Self.words(dead))")
      } else if let open = boots.first(where: \.isRed) {
        self = .cannotTell(Self.words(open))
      } else {
        self = .good("it comes up, and its log is quiet")
      }
      return
    }
    let bad = cases.filter { $0.isRed && $0.verdict != .lost && $0.verdict != .missing }
    if let first = bad.first {
      let more = bad.count > 1 ? " and \(bad.count - 1) more" : ""
      self = .bad("\(first.planned.name) \(first.verdict.rawValue)\(more)")
    } else if let open = cases.first(where: { $0.verdict == .lost || $0.verdict == .missing }) {
      self = .cannotTell(
        "\(open.planned.name) \(open.verdict.rawValue): \(dead.map(Self.words) ?? Self.words(open))"
      )
    } else if cases.allSatisfy({ $0.verdict == .skip }) {
      self = .cannotTell("this kernel lacks what the cases need")
    } else {
      self = .good("\(cases.count) results as they should be")
    }
  }

  package var status: Int32 {
    switch self {
    case .good: 0
    case .bad: 1
    case .cannotTell: 125
    }
  }

  package var word: String {
    switch self {
    case .good: "good"
    case .bad: "bad"
    case .cannotTell: "cannot tell"
    }
  }

  package var reason: String {
    switch self {
    case .good(let reason), .bad(let reason), .cannotTell(let reason): reason
    }
  }

  private static func words(_ result: CaseResult) -> String {
    result.reason?.text ?? result.verdict.rawValue
  }
}
