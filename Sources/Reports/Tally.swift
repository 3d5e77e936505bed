import Results

/// Results counted the way a person asks: passed, red, known, skipped.
struct Tally: Equatable {
  private(set) var passed = 0
  private(set) var red = 0
  private(set) var known = 0
  private(set) var skipped = 0

  init() {}

  init(_ results: some Sequence<CaseResult>) {
    for result in results { add(result) }
  }

  mutating func add(_ result: CaseResult) {
    switch result.verdict {
    case .pass: passed += 1
    case .skip: skipped += 1
    default: if result.knownIssue == nil { red += 1 } else { known += 1 }
    }
  }

  mutating func remove(_ result: CaseResult) {
    switch result.verdict {
    case .pass: passed -= 1
    case .skip: skipped -= 1
    default: if result.knownIssue == nil { red -= 1 } else { known -= 1 }
    }
  }

  var total: Int { passed + red + known + skipped }
}
