import Foundation
import Results
import Store
import Testing

/// What the pages ask the history.
@Suite struct PageQueryTests {
  @Test("opened for reading, a history cannot be changed, and must be there")
  func reading() throws {
    let path = try Samples.folder().appendingPathComponent("h.db").path
    #expect(throws: HistoryError.absent(path)) { try History(reading: path) }
    _ = try History(path).add(Samples.plain("one"), at: .now)
    let history = try History(reading: path)
    #expect(try history.runs().map(\.name) == ["one"])
    #expect(throws: HistoryError.self) { try history.add(Samples.plain("two"), at: .now) }
    // What another process adds is seen.
    _ = try History(path).add(Samples.plain("three"), at: .now)
    #expect(try history.runCount() == 2)
    try Data("no database".utf8).write(to: URL(fileURLWithPath: path + "x"))
    #expect(throws: HistoryError.foreign(path + "x")) { try History(reading: path + "x") }
  }

  @Test("the cases of a run have what its last runs said, up to itself")
  func earlier() throws {
    let history = try History.temporary()
    for (day, verdict) in [Verdict.pass, .fail, .pass, .crash].enumerated() {
      let run = Samples.plain(
        "run-\(day)", started: "2026-11-0\(day + 1)T00:00:00Z", kernels: ["k", "l"],
        verdict: verdict)
      _ = try history.add(run, at: .now)
    }
    let third = try #require(try history.run(named: "run-2"))
    let cases = try history.cases(until: third, last: 30)
    #expect(cases.count == 6)
    for one in cases {
      #expect(one.entries.map(\.run) == ["run-0", "run-1", "run-2"])
      #expect(
        one.entries.map(\.tally.state) == [.verdict(.pass), .verdict(.fail), .verdict(.pass)])
    }
    #expect(try history.cases(until: third, last: 2).allSatisfy { $0.entries.count == 2 })
    #expect(try history.cases(suite: "swap", name: "swap.1", last: 30).count == 2)
    #expect(try history.cases(suite: "swap", name: "*", last: 30).isEmpty)
  }

  @Test("the matrix of a hostile run has all its cases, and finds their words")
  func hostile() throws {
    let history = try History.temporary()
    _ = try history.add(Samples.hostile(), at: .now)
    let run = try #require(try history.run(named: "hostile"))
    let all = try history.matrix(of: run, MatrixQuery())
    #expect(all.total == 3 && all.rows.count == 3)
    #expect(try history.verdicts(of: run).map(\.count).reduce(0, +) == 4)
    var query = MatrixQuery()
    query.words = ["script", "e\u{301} is"]
    #expect(try history.matrix(of: run, query).rows.map(\.name) == ["<script>\u{0}x"])
    query.words = ["' or 1=1 --"]
    #expect(try history.matrix(of: run, query).total == 0)
  }
}
