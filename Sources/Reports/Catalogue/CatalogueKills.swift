import Results

/// Which planted bugs the cases see, out of any number of scores.
///
/// Scores add up: one may have run some suites, another the rest. Cases are known by their names, which are unique over the
/// suites and stay when a case moves to another one.
struct CatalogueKills {
  /// How many names a row shows.
  private static let shown = 8

  /// Every mutant once, with all cases that kill it, in the order of their names.
  let results: [MutantResult]
  private let byRow: [String: [String]]

  init(_ scores: [MutantScore]) {
    var merged: [String: MutantResult] = [:]
    for result in scores.flatMap(\.results) {
      merged[result.mutant] = merged[result.mutant].map { Self.sum($0, result) } ?? result
    }
    results = merged.values.sorted { $0.mutant < $1.mutant }
    var byRow: [String: [String]] = [:]
    for result in results where result.killed == true {
      for row in Set(result.by.map { CatalogueRow.row(of: $0.name) }) {
        byRow[row, default: []].append(result.mutant)
      }
    }
    self.byRow = byRow
  }

  /// Killed if either killed it, tested if either tested it.
  private static func sum(_ first: MutantResult, _ second: MutantResult) -> MutantResult {
    var sum = first
    sum.rule = first.rule ?? second.rule
    switch (first.killed, second.killed) {
    case (true?, _), (_, true?): sum.killed = true
    case (false?, _), (_, false?): sum.killed = false
    case (nil, nil): sum.killed = nil
    }
    let known = Set(first.by.map(\.name))
    sum.by += second.by.filter { !known.contains($0.name) }
    return sum
  }

  /// The mutants that any leg of the row kills.
  func mutants(killedBy row: CatalogueRow) -> [String] { byRow[row.id] ?? [] }

  /// "3 planted bugs: 104-…, 110-…", cut where it gets long.
  static func words(_ mutants: [String]) -> String {
    let names = mutants.prefix(shown).joined(separator: ", ")
    let rest = mutants.count - shown
    return TextLayout.count(mutants.count, "planted bug") + ": " + names
      + (rest > 0 ? " and \(rest) more" : "")
  }
}
