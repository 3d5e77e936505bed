import Foundation
import GRDB

/// All runs so far: one SQLite file, specified in docs/history.md.
package final class History: Sendable {
  /// Where it is; for people.
  package let path: String
  private let queue: DatabaseQueue

  /// Another process' transaction is waited for so long, in seconds.
  private static let patience = 20.0

  /// `$XDG_STATE_HOME/faultline/history.db`, or below `~/.local/state` when that is unset or relative.
  package static func standardPath(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String {
    if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
      return state + "/faultline/history.db"
    }
    return (environment["HOME"] ?? NSHomeDirectory()) + "/.local/state/faultline/history.db"
  }

  /// Opens a history that is there.
  ///
  /// - Throws: `HistoryError`.
  package convenience init(existing path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { throw HistoryError.absent(path) }
    try self.init(path)
  }

  /// Opens a history, making it and its folder when there is none.
  ///
  /// - Throws: `HistoryError`.
  package init(_ path: String) throws {
    self.path = path
    queue = try Self.translating(path) {
      try Self.prepare(path)
      let queue = try DatabaseQueue(path: path, configuration: Self.configuration)
      try Self.useLog(queue)
      try Self.migrate(queue, path)
      return queue
    }
  }

  /// Turns the write-ahead log on; the mode stays with the file.
  ///
  /// GRDB's own setting writes at each opening, and readers would wait for writers.
  private static func useLog(_ queue: DatabaseQueue) throws {
    try queue.writeWithoutTransaction { database in
      guard try String.fetchOne(database, sql: "PRAGMA journal_mode") != "wal" else { return }
      do {
        try database.execute(sql: "PRAGMA journal_mode = WAL")
      } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
        // Another process is at it; until then everything works without, and slower.
      }
    }
  }

  /// Opens a history that is there for reading alone: nothing that is asked of it can change it.
  ///
  /// - Throws: `HistoryError`.
  package init(reading path: String) throws {
    self.path = path
    guard FileManager.default.fileExists(atPath: path) else { throw HistoryError.absent(path) }
    guard try Self.header(path) == Schema.applicationID else { throw HistoryError.foreign(path) }
    queue = try Self.translating(path) {
      var configuration = Self.configuration
      configuration.readonly = true
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let migrator = Schema.migrator
      let (isNewer, isDone) = try queue.read { database in
        (try migrator.hasBeenSuperseded(database), try migrator.hasCompletedMigrations(database))
      }
      if isNewer { throw HistoryError.newer(path) }
      if !isDone { throw HistoryError.older(path) }
      return queue
    }
  }

  /// A history for runs that are not kept, in a file that nobody else sees.
  private init(temporary: Void) throws {
    path = "of this command alone"
    queue = try Self.translating(path) {
      let queue = try DatabaseQueue(path: "", configuration: Self.configuration)
      try Schema.migrator.migrate(queue)
      return queue
    }
  }

  /// A history for runs that are not kept.
  package static func temporary() throws -> History { try History(temporary: ()) }

  /// Reads in one transaction.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.translating(path) { try queue.read(body) }
  }

  /// Writes in one transaction: all of it, or nothing.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.translating(path) { try queue.write(body) }
  }

  /// Gives the room of what was deleted back to the disk.
  func shrink() throws {
    try Self.translating(path) { try queue.vacuum() }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(patience)
    configuration.foreignKeysEnabled = true
    configuration.prepareDatabase { database in
      // A power failure may cost the last runs, never the file; run.json is there to import again.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
      try database.execute(sql: "PRAGMA cache_size = -32768")
    }
    return configuration
  }

  /// Looks at the file before SQLite may change it, and marks a new one as ours.
  private static func prepare(_ path: String) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw HistoryError.failed(path, error.localizedDescription)
    }
    switch try header(path) {
    case nil:
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      try queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
      }
      try queue.close()
    case Schema.applicationID: break
    default: throw HistoryError.foreign(path)
    }
  }

  /// The application id in the file's header; nil for no file, or an empty one.
  private static func header(_ path: String) throws -> UInt32? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw HistoryError.failed(path, "it cannot be read")
    }
    // Nothing is lost when reading a file cannot be finished properly.
    defer { try? file.close() }  // see above
    let bytes = [UInt8](try file.read(upToCount: 100) ?? Data())
    if bytes.isEmpty { return nil }
    guard bytes.count == 100, bytes.starts(with: Array("SQLite format 3\0".utf8)) else {
      throw HistoryError.foreign(path)
    }
    return bytes[68..<72].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func migrate(_ queue: DatabaseQueue, _ path: String) throws {
    let migrator = Schema.migrator
    let (isNewer, isDone) = try queue.read { database in
      (try migrator.hasBeenSuperseded(database), try migrator.hasCompletedMigrations(database))
    }
    if isNewer { throw HistoryError.newer(path) }
    if isDone { return }
    do {
      try migrator.migrate(queue)
    } catch let error as DatabaseError {
      // Another process may have been faster with the same change.
      guard try queue.read(migrator.hasCompletedMigrations) else { throw error }
    }
  }

  private static func translating<Value>(
    _ path: String, _ body: () throws -> Value
  ) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      throw HistoryError(error, path: path)
    }
  }
}
