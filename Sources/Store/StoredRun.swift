import Foundation
import GRDB

/// What the history says of a run without looking at its results.
package struct StoredRun: Equatable, Sendable {
  /// Its row; of this history alone.
  let row: Int64
  package let name: String
  package let started: String?
  package let elapsedMilliseconds: Int?
  /// When it began, or else was imported: milliseconds since 1970.
  package let moment: Int64
  package let kernels: [String]
  package let machines: [String]
  package let results: Int
  package let red: Int
}

extension History {
  /// Every run, or those of a kernel; the newest first.
  package func runs(kernel: String? = nil, limit: Int? = nil) throws -> [StoredRun] {
    try read { database in try Self.runs(database, kernel: kernel, limit: limit) }
  }

  /// The newest first: by when they began, or else were imported.
  static let newestFirst = "coalesce(run.started_ms, run.imported_ms) DESC, run.id DESC"

  static func runs(
    _ database: Database, kernel: String? = nil, limit: Int? = nil
  ) throws -> [StoredRun] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT id, name, started, elapsed_ms, results, red,
          coalesce(run.started_ms, run.imported_ms) AS moment
        FROM run
        WHERE ? IS NULL OR EXISTS (SELECT 1 FROM target WHERE target.run = run.id AND kernel = ?)
        ORDER BY \(newestFirst) LIMIT ?
        """,
      arguments: [Text.data(kernel), Text.data(kernel), limit ?? -1])
    let targets = try database.makeStatement(
      sql: "SELECT kernel, machine FROM target WHERE run = ? ORDER BY position")
    return try rows.map { row in
      let pairs = try Row.fetchAll(targets, arguments: [row["id"] as Int64])
      return StoredRun(
        row: row["id"], name: Text.string(row["name"] as Data),
        started: Text.string(row["started"] as Data?), elapsedMilliseconds: row["elapsed_ms"],
        moment: row["moment"], kernels: unique(pairs.map { Text.string($0["kernel"] as Data) }),
        machines: unique(pairs.map { Text.string($0["machine"] as Data) }),
        results: row["results"], red: row["red"])
    }
  }

  private static func unique(_ items: [String]) -> [String] {
    var seen: Set<String> = []
    return items.filter { seen.insert($0).inserted }
  }
}
