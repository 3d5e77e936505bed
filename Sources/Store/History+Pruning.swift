import GRDB
package import Foundation

extension History {
  /// The runs that would go: those beyond the newest `keep`, and those that began before `moment`; with both, what
  /// both say.
  package func prunable(keep: Int?, before moment: Date?) throws -> [StoredRun] {
    let all = try runs()
    let limit = moment.map { Moment.milliseconds($0) }
    return all.enumerated().filter { place, run in
      guard keep != nil || limit != nil else { return false }
      return (keep.map { place >= $0 } ?? true) && (limit.map { run.moment < $0 } ?? true)
    }.map(\.element)
  }

  /// Removes runs with all that nothing else refers to, and gives the room back to the disk.
  package func remove(_ runs: [StoredRun]) throws {
    try write { database in
      for run in runs {
        try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [run.row])
      }
      try Self.sweep(database)
    }
    try shrink()
  }

  /// Removes cases and details that no result has.
  static func sweep(_ database: Database) throws {
    try database.execute(
      sql: """
        DELETE FROM detail WHERE id NOT IN
          (SELECT detail FROM result WHERE detail IS NOT NULL);
        DELETE FROM test_case WHERE NOT EXISTS
          (SELECT 1 FROM result WHERE result.test_case = test_case.id);
        """)
  }
}
