import Foundation
import GRDB
package import Results

extension History {
  /// What a run says besides its results.
  package func header(of run: StoredRun) throws -> RunHeader {
    try read { database in
      let seed = try Int64.fetchOne(
        database, sql: "SELECT seed FROM run WHERE id = ?", arguments: [run.row])
      return RunHeader(
        id: run.name, started: run.started, elapsedMilliseconds: run.elapsedMilliseconds,
        seed: seed.map { UInt64(bitPattern: $0) },
        guests: try Self.guests(database, run: run.row))
    }
  }

  /// Every result of a run in its order, one at a time.
  package func forEachResult(
    of run: StoredRun, _ body: (CaseResult) throws -> Void
  ) throws {
    try read { database in try StoredResults(database).forEach(run: run.row, body) }
  }

  /// The results of one case in a run.
  package func results(of run: StoredRun, name: String) throws -> [CaseResult] {
    try read { database in try StoredResults(database).results(run: run.row, name: name) }
  }

  /// The whole run, in memory.
  package func run(_ stored: StoredRun) throws -> Run {
    let header = try header(of: stored)
    var run = Run(
      id: header.id, started: header.started, elapsedMilliseconds: header.elapsedMilliseconds,
      seed: header.seed, guests: header.guests)
    run.results.reserveCapacity(stored.results)
    try forEachResult(of: stored) { run.results.append($0) }
    return run
  }

  /// How often each verdict occurs in a run.
  package func counts(of run: StoredRun) throws -> [Verdict: Int] {
    try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT verdict, count(*) FROM result JOIN target ON target.id = target WHERE run = ?
          GROUP BY verdict
          """, arguments: [run.row])
      return Dictionary(
        uniqueKeysWithValues: rows.compactMap { row in
          Verdict(rawValue: row[0]).map { ($0, row[1]) }
        })
    }
  }
}
