import Foundation
import GRDB
import Testing

@testable import Store

/// Files that are not as they should be.
@Suite struct HistoryFileTests {
  let path: String

  init() throws { path = try Samples.folder().appendingPathComponent("history.db").path }

  private func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

  @Test("a history that is not there is made only when something goes into it")
  func absent() throws {
    #expect(throws: HistoryError.absent(path)) { try History(existing: path) }
    #expect(!FileManager.default.fileExists(atPath: path))
    _ = try History(path).add(Samples.plain("a"), at: .now)
    #expect(try History(existing: path).runs().map(\.name) == ["a"])
  }

  @Test("an empty file becomes a history")
  func empty() throws {
    try Data().write(to: URL(fileURLWithPath: path))
    #expect(try History(path).runs().isEmpty)
  }

  @Test("a file that is something else is left as it is")
  func foreign() throws {
    let text = Data("not a database, however long it may be".utf8)
    try text.write(to: URL(fileURLWithPath: path))
    #expect(throws: HistoryError.foreign(path)) { try History(path) }
    #expect(try bytes() == text)
  }

  @Test("another program's database is left as it is")
  func otherProgram() throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "CREATE TABLE t (a)") }
    try queue.close()
    let before = try bytes()
    #expect(throws: HistoryError.foreign(path)) { try History(path) }
    #expect(try bytes() == before)
  }

  @Test("a history of a newer faultline is refused")
  func newer() throws {
    do {
      let history = try History(path)
      try history.write {
        try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('99')")
      }
    }
    #expect(throws: HistoryError.newer(path)) { try History(path) }
  }

  @Test("a damaged history says so")
  func corrupt() throws {
    do {
      let history = try History(path)
      for number in 0..<20 {
        _ = try history.add(Samples.plain("r\(number)", cases: 500), at: .now)
      }
      try history.shrink()
    }
    var bytes = try bytes()
    for place in stride(from: 4096 + 100, to: bytes.count, by: 512) {
      bytes.replaceSubrange(place..<place + 64, with: Data(repeating: 0xA5, count: 64))
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: HistoryError.self) {
      let history = try History(path)
      for run in try history.runs() { _ = try history.run(run) }
    }
    guard case .corrupt = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a folder that cannot be written is an error with the path")
  func unwritable() throws {
    let inside = "/proc/faultline/history.db"
    let error = #expect(throws: HistoryError.self) { try History(inside) }
    #expect(error?.description.contains(inside) == true)
  }

  @Test("readers go on while another one writes, and see whole runs")
  func readers() throws {
    let writer = try History(path)
    _ = try writer.add(Samples.plain("a"), at: .now)
    let reader = try History(existing: path)
    try writer.write { database in
      try database.execute(sql: "UPDATE run SET elapsed_ms = 5")
      #expect(try reader.runs().map(\.elapsedMilliseconds) == [nil])
    }
    #expect(try reader.runs().map(\.elapsedMilliseconds) == [5])
  }

  @Test("the default is below XDG_STATE_HOME, or ~/.local/state")
  func standard() {
    #expect(
      History.standardPath(environment: ["XDG_STATE_HOME": "/s", "HOME": "/h"])
        == "/s/faultline/history.db")
    for unset in [["HOME": "/h"], ["XDG_STATE_HOME": "relative", "HOME": "/h"]] {
      #expect(
        History.standardPath(environment: unset) == "/h/.local/state/faultline/history.db")
    }
  }
}
