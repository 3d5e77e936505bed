import Foundation
import GRDB
import KernelLog
import Results

/// Reads whole results back.
final class StoredResults {
  private let one: Statement
  private let splats: Statement
  private let database: Database

  private static let columns = """
    SELECT result.target, result.test_case, repetition, verdict, duration_ms, known_issue, kind,
      reason, expected, seen, evidence, steps, suite, name, kernel, machine
    FROM result
    JOIN test_case ON test_case.id = result.test_case
    JOIN target ON target.id = result.target
    LEFT JOIN detail ON detail.id = result.detail
    """

  init(_ database: Database) throws {
    self.database = database
    one = try database.makeStatement(
      sql: Self.columns
        + " WHERE result.target = ? AND result.test_case = ? AND repetition = ?")
    splats = try database.makeStatement(
      sql: """
        SELECT kind, title, fingerprint, text, fatal, count, frames FROM splat
        WHERE target = ? AND test_case = ? AND repetition = ? ORDER BY position
        """)
  }

  /// The result at a place; nil when there is none.
  func result(at place: ResultPlace) throws -> CaseResult? {
    let row = try Row.fetchOne(
      one, arguments: [place.target, place.testCase, place.repetition])
    return try row.map(result)
  }

  /// Every result of a run, in its order.
  func forEach(run: Int64, _ body: (CaseResult) throws -> Void) throws {
    let rows = try Row.fetchCursor(
      database, sql: Self.columns + " WHERE target.run = ? ORDER BY result.position",
      arguments: [run])
    while let row = try rows.next() { try body(result(row)) }
  }

  /// Every result of a run whose case has this name.
  func results(run: Int64, name: String) throws -> [CaseResult] {
    let rows = try Row.fetchAll(
      database,
      sql: Self.columns
        + " WHERE target.run = ? AND test_case.name = ? ORDER BY result.position",
      arguments: [run, Text.data(name)])
    return try rows.map(result)
  }

  private func result(_ row: Row) throws -> CaseResult {
    let planned = PlannedCase(
      kernel: Text.string(row[14] as Data), machine: Text.string(row[15] as Data),
      suite: Text.string(row[12] as Data), name: Text.string(row[13] as Data), repetition: row[2])
    var result = CaseResult(planned, Verdict(rawValue: row[3]) ?? .error)
    result.durationMilliseconds = row[4]
    result.knownIssue = Text.string(row[5] as Data?)
    if let word: String = row[6], let kind = Reason.Kind(rawValue: word) {
      result.reason = Reason(kind, Text.string(row[7] as Data?) ?? "")
    }
    result.expected = Text.string(row[8] as Data?)
    result.seen = Text.string(row[9] as Data?)
    result.evidence = try Text.texts(row[10])
    result.steps = try Text.list(row[11])
    result.splats = try splats(
      of: ResultPlace(target: row[0], testCase: row[1], repetition: row[2]))
    return result
  }

  private func splats(of place: ResultPlace) throws -> [SplatRecord] {
    let rows = try Row.fetchAll(
      splats, arguments: [place.target, place.testCase, place.repetition])
    return try rows.map { row in
      SplatRecord(
        kind: SplatKind(rawValue: row[0]) ?? .otherBug, title: Text.string(row[1] as Data),
        fingerprint: Text.string(row[2] as Data), text: Text.string(row[3] as Data), fatal: row[4],
        count: row[5], frames: try Text.list(row[6]))
    }
  }
}
