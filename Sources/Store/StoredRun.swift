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

  /// What no two runs share, not even one and another that was put in its place.
  package struct Key: Hashable, Sendable {
    fileprivate let row: Int64
    fileprivate let digest: Int64
  }

  let digest: Int64
  package var key: Key { Key(row: row, digest: digest) }
}

extension History {
  /// Every run, or those of a kernel; the newest first.
  package func runs(kernel: String? = nil, limit: Int? = nil) throws -> [StoredRun] {
    try read { database in try Self.runs(database, kernel: kernel, limit: limit) }
  }

  /// The run of this id; nil when there is none.
  package func run(named name: String) throws -> StoredRun? {
    try read { database in try Self.runs(database, name: name).first }
  }

  /// So many runs after the first `offset` ones, the newest first.
  package func runs(limit: Int, offset: Int) throws -> [StoredRun] {
    try read { database in try Self.runs(database, limit: limit, offset: offset) }
  }

  /// How many runs there are.
  package func runCount() throws -> Int {
    try read { database in try Int.fetchOne(database, sql: "SELECT count(*) FROM run") ?? 0 }
  }

  /// The newest first: by when they began, or else were imported.
  static let newestFirst = "coalesce(run.started_ms, run.imported_ms) DESC, run.id DESC"

  static func runs(
    _ database: Database, kernel: String? = nil, name: String? = nil, limit: Int? = nil,
    offset: Int = 0
  ) throws -> [StoredRun] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT id, name, started, elapsed_ms, results, red, digest,
          coalesce(run.started_ms, run.imported_ms) AS moment
        FROM run
        WHERE (? IS NULL
            OR EXISTS (SELECT 1 FROM target WHERE target.run = run.id AND kernel = ?))
          AND (? IS NULL OR name = ?)
        ORDER BY \(newestFirst) LIMIT ? OFFSET ?
        """,
      arguments: [
        Text.data(kernel), Text.data(kernel), Text.data(name), Text.data(name), limit ?? -1, offset,
      ])
    let targets = try database.makeStatement(
      sql: "SELECT kernel, machine FROM target WHERE run = ? ORDER BY position")
    return try rows.map { row in
      let pairs = try Row.fetchAll(targets, arguments: [row["id"] as Int64])
      return StoredRun(
        row: row["id"], name: Text.string(row["name"] as Data),
        started: Text.string(row["started"] as Data?), elapsedMilliseconds: row["elapsed_ms"],
        moment: row["moment"], kernels: unique(pairs.map { Text.string($0["kernel"] as Data) }),
        machines: unique(pairs.map { Text.string($0["machine"] as Data) }),
        results: row["results"], red: row["red"], digest: row["digest"])
    }
  }

  private static func unique(_ items: [String]) -> [String] {
    var seen: Set<String> = []
    return items.filter { seen.insert($0).inserted }
  }
}
