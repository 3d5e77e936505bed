import Foundation
import GRDB
package import Results

extension History {
  /// What the last `count` runs of the same kernels on the same machines said of every case of a run, itself included.
  package func cases(until run: StoredRun, last count: Int) throws -> [CaseHistory] {
    try read { database in
      let targets = try Row.fetchAll(
        database, sql: "SELECT kernel, machine FROM target WHERE run = ? ORDER BY position",
        arguments: [run.row])
      return try targets.flatMap { target in
        try Self.earlier(
          database, run, kernel: target["kernel"], machine: target["machine"], last: count)
      }
    }
  }

  private static func earlier(
    _ database: Database, _ run: StoredRun, kernel: Data, machine: Data, last count: Int
  ) throws -> [CaseHistory] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT target.id, run.name, started, run.id AS run
        FROM target JOIN run ON run.id = target.run
        WHERE kernel = ? AND machine = ?
          AND (coalesce(started_ms, imported_ms) < ? OR run.id = ?)
        ORDER BY \(newestFirst) LIMIT ?
        """, arguments: [kernel, machine, run.moment, run.row, count])
    guard let own = rows.first(where: { $0["run"] == run.row }) else { return [] }
    var histories = try cases(
      database, target: own["id"], kernel: Text.string(kernel), machine: Text.string(machine))
    for row in rows.reversed() {
      try add(
        database, target: row["id"], run: Text.string(row["name"] as Data),
        started: Text.string(row["started"] as Data?), to: &histories)
    }
    return Array(histories.values)
  }

  /// The cases of a target, with nothing said of them yet.
  private static func cases(
    _ database: Database, target: Int64, kernel: String, machine: String
  ) throws -> [Int64: CaseHistory] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT DISTINCT id, suite, name FROM result JOIN test_case ON test_case.id = test_case
        WHERE target = ?
        """, arguments: [target])
    var cases: [Int64: CaseHistory] = [:]
    while let row = try rows.next() {
      cases[row[0]] = CaseHistory(
        suite: Text.string(row[1] as Data), name: Text.string(row[2] as Data), kernel: kernel,
        machine: machine, entries: [])
    }
    return cases
  }

  private static func add(
    _ database: Database, target: Int64, run: String, started: String?,
    to histories: inout [Int64: CaseHistory]
  ) throws {
    let rows = try Row.fetchCursor(
      database,
      sql: "SELECT test_case, verdict, known_issue IS NOT NULL FROM result WHERE target = ?",
      arguments: [target])
    while let row = try rows.next() {
      let testCase: Int64 = row[0]
      guard let index = histories.index(forKey: testCase) else { continue }
      if histories.values[index].entries.last?.run != run {
        histories.values[index].entries.append(
          CaseHistory.Entry(run: run, started: started, tally: CaseTally()))
      }
      let last = histories.values[index].entries.count - 1
      histories.values[index].entries[last].tally.add(
        Verdict(rawValue: row[1]) ?? .error, isKnown: row[2])
    }
  }
}
