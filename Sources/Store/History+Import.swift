package import Foundation
import GRDB
package import Results

extension History {
  /// What an import came to.
  package enum Import: Equatable, Sendable {
    /// With so many results.
    case added(Int)
    case alreadyThere
    case replaced(Int)
  }

  /// Takes a run in, in one transaction.
  ///
  /// - Throws: `HistoryError`, `RunFileError`.
  package func add(_ file: RunFile, at moment: Date, replacing: Bool = false) throws -> Import {
    try add(file.header, at: moment, replacing: replacing, results: file.forEach)
  }

  /// As `add(_:at:replacing:)`, for a run in memory.
  package func add(_ run: Run, at moment: Date, replacing: Bool = false) throws -> Import {
    try add(RunHeader(run), at: moment, replacing: replacing) { body in
      try run.results.forEach(body)
    }
  }

  /// As `add(_:at:replacing:)`, for results from anywhere; they may be asked for twice.
  package func add(
    _ header: RunHeader, at moment: Date, replacing: Bool = false,
    results: ((CaseResult) throws -> Void) throws -> Void
  ) throws -> Import {
    try write { database in
      let there = try Row.fetchOne(
        database, sql: "SELECT id, digest FROM run WHERE name = ?",
        arguments: [Text.data(header.id)])
      if let there {
        // The same id: only the content tells whether it is the same run.
        var digest = ContentDigest()
        digest.add(header)
        try results { digest.add($0) }
        if digest.value == there["digest"] { return .alreadyThere }
        guard replacing else { throw HistoryError.conflict(run: header.id) }
        try database.execute(sql: "DELETE FROM run WHERE id = ?", arguments: [there["id"] as Int64])
        try Self.sweep(database)
      }
      let writer = try RunWriter(database, header, imported: moment)
      try results(writer.write)
      let count = try writer.finish()
      return there == nil ? .added(count) : .replaced(count)
    }
  }
}
