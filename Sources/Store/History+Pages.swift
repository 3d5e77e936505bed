import Foundation
import GRDB
package import Results

/// Which rows of a run's matrix are asked for.
package struct MatrixQuery: Equatable, Sendable {
  /// Words that must all stand in the case's name, its suite, or what a result says; lower case.
  package var words: [String] = []
  /// Verdicts of which one must occur; `isKnown` for those that a known issue explains.
  package var marks: [(verdict: Verdict?, isKnown: Bool)] = []
  /// The kernel and machine whose verdicts are meant; nil for any.
  package var target: Int64?
  /// Only rows whose kernels do not say the same.
  package var differs = false
  package var limit = 200
  package var offset = 0

  package init() {}

  package static func == (left: Self, right: Self) -> Bool {
    left.words == right.words && left.target == right.target && left.differs == right.differs
      && left.limit == right.limit && left.offset == right.offset
      && left.marks.elementsEqual(right.marks) {
        $0.verdict == $1.verdict && $0.isKnown == $1.isKnown
      }
  }
}

/// One kernel on one machine of a run.
package struct StoredTarget: Equatable, Sendable {
  package let id: Int64
  package let kernel: String
  package let machine: String
}

/// How often a verdict occurs.
package struct VerdictCount: Equatable, Sendable {
  /// The kernel and machine.
  package let target: Int64
  package let verdict: Verdict
  package let isKnown: Bool
  package let count: Int
}

/// A case of a run as a row of verdicts.
package struct MatrixRow: Equatable, Sendable {
  package let suite: String
  package let name: String
  /// By the target's id.
  package var cells: [Int64: Cell]

  package struct Cell: Equatable, Sendable {
    package var tally = CaseTally()
    /// Why the last of its skips was skipped, in a word.
    package var reason: Reason.Kind?
  }
}

extension History {
  /// The kernels and machines of a run, in its order.
  package func targets(of run: StoredRun) throws -> [StoredTarget] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT id, kernel, machine FROM target WHERE run = ? ORDER BY position",
        arguments: [run.row]
      ).map { row in
        StoredTarget(
          id: row[0], kernel: Text.string(row[1] as Data), machine: Text.string(row[2] as Data))
      }
    }
  }

  /// How often each verdict occurs on each kernel and machine of a run.
  package func verdicts(of run: StoredRun) throws -> [VerdictCount] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT target, verdict, known_issue IS NOT NULL AS known, count(*) FROM result
          WHERE target IN (SELECT id FROM target WHERE run = ?) GROUP BY target, verdict, known
          """, arguments: [run.row]
      ).map { row in
        VerdictCount(
          target: row[0], verdict: Verdict(rawValue: row[1]) ?? .error, isKnown: row[2],
          count: row[3])
      }
    }
  }

  /// The rows of a run's matrix that fit, in the order of its plan, and how many there are of them in all.
  package func matrix(
    of run: StoredRun, _ query: MatrixQuery
  ) throws -> (rows: [MatrixRow], total: Int) {
    try read { database in
      let filter = MatrixFilter(query, run: run.row)
      // One pass finds the page and counts the rest.
      let found = try Row.fetchAll(
        database, sql: "SELECT test_case, count(*) OVER () FROM (\(filter.sql)) LIMIT ? OFFSET ?",
        arguments: StatementArguments(filter.arguments + [query.limit, query.offset]))
      let total: Int =
        found.isEmpty && query.offset > 0
        ? try Int.fetchOne(
          database, sql: "SELECT count(*) FROM (\(filter.sql))",
          arguments: StatementArguments(filter.arguments)) ?? 0
        : found.first.map { $0[1] } ?? 0
      return (try found.map { try Self.row(database, run.row, $0[0]) }, total)
    }
  }

  private static func row(
    _ database: Database, _ run: Int64, _ testCase: Int64
  ) throws -> MatrixRow {
    let statement = try database.cachedStatement(
      sql: """
        SELECT result.target, verdict, known_issue IS NOT NULL, kind, suite, name
        FROM target
        JOIN result ON result.target = target.id AND result.test_case = ?
        JOIN test_case ON test_case.id = result.test_case
        LEFT JOIN detail ON detail.id = result.detail
        WHERE run = ?
        """)
    let rows = try Row.fetchAll(statement, arguments: [testCase, run])
    var cells: [Int64: MatrixRow.Cell] = [:]
    for row in rows {
      cells[row[0], default: MatrixRow.Cell()].tally.add(
        Verdict(rawValue: row[1]) ?? .error, isKnown: row[2])
      if let kind: String = row[3] { cells[row[0]]?.reason = Reason.Kind(rawValue: kind) }
    }
    return MatrixRow(
      suite: rows.first.map { Text.string($0[4] as Data) } ?? "",
      name: rows.first.map { Text.string($0[5] as Data) } ?? "", cells: cells)
  }
}

/// The statement that finds the cases of a run that fit a query.
private struct MatrixFilter {
  private(set) var sql: String
  private(set) var arguments: [any DatabaseValueConvertible]

  init(_ query: MatrixQuery, run: Int64) {
    let joinsDetail = !query.words.isEmpty
    sql = "SELECT result.test_case FROM result"
    if joinsDetail {
      sql += " JOIN test_case ON test_case.id = result.test_case"
      sql += " LEFT JOIN detail ON detail.id = result.detail"
    }
    sql += " WHERE target IN (SELECT id FROM target WHERE run = ?)"
    arguments = [run]
    sql += " GROUP BY result.test_case"
    var conditions: [String] = []
    for word in query.words {
      // The columns hold bytes, and lower() wants text; NUL ends it, which costs a search and nothing else.
      let columns = ["name", "suite", "reason", "expected", "seen", "known_issue"].map {
        // Of nothing it makes nothing, which OR and max() pass over.
        "instr(lower(CAST(\($0) AS TEXT)), ?) > 0"
      }
      conditions.append("max(\(columns.joined(separator: " OR "))) = 1")
      arguments += Array(repeating: word, count: columns.count)
    }
    if !query.marks.isEmpty {
      let choices = query.marks.map { mark in
        let known = mark.isKnown ? "known_issue IS NOT NULL" : "known_issue IS NULL"
        guard let verdict = mark.verdict else { return known }
        return "(verdict = '\(verdict.rawValue)' AND \(known))"
      }
      let target = query.target == nil ? "1" : "target = ?"
      conditions.append("max((\(choices.joined(separator: " OR "))) AND \(target)) = 1")
      if let target = query.target { arguments.append(target) }
    }
    if query.differs {
      conditions.append(
        """
        (count(DISTINCT verdict || (known_issue IS NOT NULL)) > 1 OR count(DISTINCT target) <
          (SELECT count(*) FROM target WHERE run = ?))
        """)
      arguments.append(run)
    }
    if !conditions.isEmpty { sql += " HAVING " + conditions.joined(separator: " AND ") }
    sql += " ORDER BY min(position)"
  }
}
