import Foundation
import GRDB
import KernelLog
import Results
import Testing

@testable import Store

/// The schema is a promise to every history that exists.
@Suite struct SchemaTests {
  /// What each released migration's text digests to; none is ever edited, and a new one gets a line of its own.
  private static let released: [(name: String, digest: UInt64)] = [
    ("1", 16_844_427_232_215_652_985)
  ]

  @Test("no released migration is edited")
  func migrations() {
    #expect(Schema.migrations.map(\.name) == Self.released.map(\.name))
    for (migration, released) in zip(Schema.migrations, Self.released) {
      var digest: UInt64 = 0xcbf2_9ce4_8422_2325
      for byte in migration.sql.utf8 { digest = (digest ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      #expect(digest == released.digest, "migration \(migration.name)")
    }
  }

  private func words(_ column: String) throws -> Set<String> {
    let sql = Schema.migrations.map(\.sql).joined()
    return Set(
      sql.matches(of: try Regex("\\b\(column) = '([^']*)'")).compactMap {
        $0.output[1].substring.map(String.init)
      })
  }

  @Test("the words that columns allow are those of the code")
  func checks() throws {
    #expect(try words("verdict") == Set(Verdict.allCases.map(\.rawValue)))
    #expect(try words("kind") == Set(Reason.Kind.allCases.map(\.rawValue)))
  }

  @Test("every table is strict, and foreign keys and checks are enforced")
  func constraints() throws {
    let history = try History.temporary()
    _ = try history.add(Samples.plain("a"), at: .now)
    try history.read { database in
      let tables = try Row.fetchAll(
        database,
        sql: """
          SELECT name, strict FROM pragma_table_list
          WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'grdb_%'
          """)
      #expect(tables.count == 7)
      for table in tables { #expect(table["strict"] == 1, "\(table["name"] as String)") }
    }
    for bad in [
      "UPDATE result SET verdict = 'meh'", "UPDATE result SET target = 99",
      "UPDATE result SET repetition = 0", "UPDATE run SET red = results + 1",
      "UPDATE guest SET accelerator = 'xen'", "UPDATE result SET duration_ms = 'long'",
      "DELETE FROM test_case", "DELETE FROM detail",
    ] {
      #expect(throws: HistoryError.self, "\(bad)") {
        try history.write { database in try database.execute(sql: bad) }
      }
    }
  }
}
