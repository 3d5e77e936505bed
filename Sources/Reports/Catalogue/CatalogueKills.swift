import Results

/// Which planted bugs the cases see, out of any number of scores.
struct CatalogueKills {
  /// How many names a row shows.
  private static let shown = 8

  /// Every mutant once, the last score's word counting, in the order of their names.
  let results: [MutantResult]
  private let byRow: [String: [String]]

  init(_ scores: [MutantScore]) {
    var latest: [String: MutantResult] = [:]
    for result in scores.flatMap(\.results) { latest[result.mutant] = result }
    results = latest.values.sorted { $0.mutant < $1.mutant }
    var byRow: [String: [String]] = [:]
    for result in results where result.killed == true {
      for row in Set(result.by.map { Self.key($0.suite, CatalogueRow.row(of: $0.name)) }) {
        byRow[row, default: []].append(result.mutant)
      }
    }
    self.byRow = byRow
  }

  /// The mutants that any leg of the row kills.
  func mutants(killedBy row: CatalogueRow) -> [String] {
    byRow[Self.key(row.suite, row.id)] ?? []
  }

  /// "3 planted bugs: 104-…, 110-…", cut where it gets long.
  static func words(_ mutants: [String]) -> String {
    let names = mutants.prefix(shown).joined(separator: ", ")
    let rest = mutants.count - shown
    return TextLayout.count(mutants.count, "planted bug") + ": " + names
      + (rest > 0 ? " and \(rest) more" : "")
  }

  private static func key(_ suite: String, _ row: String) -> String { suite + "\t" + row }
}
