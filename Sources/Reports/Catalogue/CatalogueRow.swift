import GuestProtocol
import Results

/// A row of the catalogue: the cases that differ only in their leg.
struct CatalogueRow {
  let suite: String
  /// "swap.out-twice", of `swap.out-twice/shmem`.
  let id: String
  var cases: [CaseListing]

  /// What the row proves; more than one sentence where its legs differ.
  var summaries: [String] { TextLayout.unique(cases.map(\.summary)).map(TextLayout.sentence) }

  /// The rows of these cases, in the order of their first case.
  static func rows(of cases: [CaseListing]) -> [CatalogueRow] {
    var rows: [CatalogueRow] = []
    var places: [String: Int] = [:]
    for one in cases {
      let id = row(of: one.name)
      let key = one.suite + "\t" + id
      if let place = places[key] {
        rows[place].cases.append(one)
      } else {
        places[key] = rows.count
        rows.append(CatalogueRow(suite: one.suite, id: id, cases: [one]))
      }
    }
    return rows
  }

  static func row(of name: String) -> String { CaseID(name)?.row ?? name }

  static func leg(of name: String) -> String? { CaseID(name)?.leg }
}
