import GRDB
import GRDBSQLite

/// A statement that is run hundreds of thousands of times: bound and stepped without the arrays and boxes that GRDB
/// makes of arguments, which cost more than SQLite's own work.
final class BareStatement {
  /// What stands for a parameter.
  enum Value {
    case null
    case integer(Int64)
    case bytes([UInt8])
    /// A word of ours, without NUL.
    case word(String)
  }

  /// Keeps the compiled statement alive.
  private let statement: Statement
  private let database: Database

  /// SQLite copies what is bound.
  private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

  init(_ database: Database, _ sql: String) throws {
    self.database = database
    statement = try database.makeStatement(sql: sql)
  }

  /// Runs it; answers the first column of the first row, nil when there is none.
  @discardableResult
  func run(_ first: Value, _ rest: Value...) throws -> Int64? {
    let raw = statement.sqliteStatement
    defer { sqlite3_reset(raw) }
    try bind(first, 1)
    for (index, value) in rest.enumerated() { try bind(value, CInt(index + 2)) }
    switch sqlite3_step(raw) {
    case SQLITE_ROW: return sqlite3_column_int64(raw, 0)
    case SQLITE_DONE: return nil
    default: throw failure()
    }
  }

  private func bind(_ value: Value, _ index: CInt) throws {
    let raw = statement.sqliteStatement
    let code =
      switch value {
      case .null: sqlite3_bind_null(raw, index)
      case .integer(let number): sqlite3_bind_int64(raw, index, number)
      case .word(let word): sqlite3_bind_text(raw, index, word, -1, Self.transient)
      case .bytes(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(raw, index, 0)
      case .bytes(let bytes):
        bytes.withUnsafeBytes {
          sqlite3_bind_blob64(raw, index, $0.baseAddress, UInt64($0.count), Self.transient)
        }
      }
    guard code == SQLITE_OK else { throw failure() }
  }

  private func failure() -> DatabaseError {
    let connection = database.sqliteConnection
    return DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
      message: String(cString: sqlite3_errmsg(connection)))
  }
}

extension BareStatement.Value {
  static func text(_ text: String) -> Self { .bytes(Array(text.utf8)) }

  static func text(_ text: String?) -> Self { text.map { .bytes(Array($0.utf8)) } ?? .null }

  static func bytes(_ bytes: [UInt8]?) -> Self { bytes.map { .bytes($0) } ?? .null }

  static func word(_ word: String?) -> Self { word.map { .word($0) } ?? .null }

  static func number(_ number: Int?) -> Self { number.map { .integer(Int64($0)) } ?? .null }
}
