import Foundation
import GRDB
package import GuestProtocol
package import Results

extension History {
  /// The last runs of every case that a glob matches: by case, kernel and machine.
  package func cases(matching glob: Glob, last count: Int) throws -> [CaseHistory] {
    try read { database in
      var histories: [CaseHistory] = []
      for (id, suite, name) in try Self.names(database, glob) {
        histories += try Self.histories(database, id, suite, name, last: count)
      }
      return histories
    }
  }

  /// The last runs of one case, by kernel and machine.
  package func cases(suite: String, name: String, last count: Int) throws -> [CaseHistory] {
    try read { database in
      let id = try Int64.fetchOne(
        database, sql: "SELECT id FROM test_case WHERE name = ? AND suite = ?",
        arguments: [Text.data(name), Text.data(suite)])
      return try id.map { try Self.histories(database, $0, suite, name, last: count) } ?? []
    }
  }

  /// Some names of the history, for a user who asks for one that is not there.
  package func caseNames() throws -> [String] {
    try read { database in
      try Data.fetchAll(database, sql: "SELECT DISTINCT name FROM test_case ORDER BY name")
        .map { Text.string($0) }
    }
  }

  private static func names(
    _ database: Database, _ glob: Glob
  ) throws -> [(id: Int64, suite: String, name: String)] {
    let columns = "SELECT id, suite, name FROM test_case"
    let hasWildcard = glob.pattern.contains { $0 == "*" || $0 == "?" }
    let rows =
      hasWildcard
      ? try Row.fetchCursor(database, sql: columns + " ORDER BY name, suite")
      : try Row.fetchCursor(
        database, sql: columns + " WHERE name = ? ORDER BY suite",
        arguments: [Text.data(glob.pattern)])
    var found: [(Int64, String, String)] = []
    while let row = try rows.next() {
      let name = Text.string(row[2] as Data)
      if glob.matches(name) { found.append((row[0], Text.string(row[1] as Data), name)) }
    }
    return found
  }

  private static func histories(
    _ database: Database, _ id: Int64, _ suite: String, _ name: String, last count: Int
  ) throws -> [CaseHistory] {
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT kernel, machine, run.name, started, verdict, known_issue IS NOT NULL
        FROM result
        JOIN target ON target.id = result.target
        JOIN run ON run.id = target.run
        WHERE test_case = ? ORDER BY \(newestFirst), repetition
        """, arguments: [id])
    var order: [[String]] = []
    var found: [[String]: [CaseHistory.Entry]] = [:]
    while let row = try rows.next() {
      let key = [Text.string(row[0] as Data), Text.string(row[1] as Data)]
      let run = Text.string(row[2] as Data)
      if found[key] == nil { order.append(key) }
      var entries = found[key] ?? []
      found[key] = nil  // so that the list is changed in its place
      if entries.last?.run != run {
        if entries.count == count {
          found[key] = entries
          continue
        }
        entries.append(
          CaseHistory.Entry(
            run: run, started: Text.string(row[3] as Data?), tally: CaseTally()))
      }
      entries[entries.count - 1].tally.add(Verdict(rawValue: row[4]) ?? .error, isKnown: row[5])
      found[key] = entries
    }
    return order.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }.map { key in
      CaseHistory(
        suite: suite, name: name, kernel: key[0], machine: key[1],
        entries: (found[key] ?? []).reversed())
    }
  }
}
