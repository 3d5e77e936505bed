import Foundation
import GRDB
import GuestProtocol
import Results
import Testing

@testable import Store

/// Runs go in, and come out as they were.
@Suite struct HistoryTests {
  let folder: URL
  let history: History

  init() throws {
    folder = try Samples.folder()
    history = try History(folder.appendingPathComponent("state/history.db").path)
  }

  @Test("a run with every field comes out as it went in, from memory and from a file")
  func roundTrip() throws {
    let run = Samples.hostile()
    #expect(try history.add(run, at: .now) == .added(4))
    let stored = try history.choice("hostile").run
    #expect(try history.run(stored) == run)
    #expect(stored.results == 4 && stored.red == 2)
    // The same from its file is the same run.
    #expect(try history.add(Samples.file(run, in: folder), at: .now) == .alreadyThere)
    let second = try History(folder.appendingPathComponent("other.db").path)
    #expect(try second.add(Samples.file(run, in: folder), at: .now) == .added(4))
    #expect(try second.run(second.choice("hostile").run) == run)
  }

  @Test("texts that Swift takes for the same are kept apart")
  func accents() throws {
    try #require(try history.add(Samples.hostile(), at: .now) == .added(4))
    let results = try history.run(history.choice("hostile").run).results
    #expect(Array((results[1].seen ?? "").utf8) == Array("e\u{301} is not \u{E9}".utf8))
    #expect(Array((results[3].seen ?? "").utf8) == Array("\u{E9} is not e\u{301}".utf8))
  }

  @Test("what is exported is what was imported, to the byte")
  func export() throws {
    let file = try Samples.file(Samples.hostile(), in: folder)
    _ = try history.add(file, at: .now)
    let run = try history.choice("hostile").run
    var text = ""
    try RunFileWriter(history.header(of: run), counts: history.counts(of: run)).write(
      results: { body in try history.forEachResult(of: run, body) }, to: { text += $0 })
    #expect(text == (try String(contentsOfFile: file.path, encoding: .utf8)) + "\n")
  }

  @Test("another content under the same id is refused, and replaces when asked to")
  func conflict() throws {
    _ = try history.add(Samples.plain("a"), at: .now)
    let other = Samples.plain("a", verdict: .fail)
    #expect(throws: HistoryError.conflict(run: "a")) { try history.add(other, at: .now) }
    #expect(try history.add(other, at: .now, replacing: true) == .replaced(3))
    #expect(try history.runs().map(\.red) == [3])
  }

  @Test("a run that fails in the middle leaves nothing behind")
  func atomic() throws {
    var run = Samples.plain("a")
    run.results.append(run.results[1])
    #expect(throws: HistoryError.duplicate("swap/swap.1 on k, machine default")) {
      try history.add(run, at: .now)
    }
    #expect(try history.runs().isEmpty)
    #expect(try history.caseNames().isEmpty)
  }

  @Test("runs are chosen by id, beginning, age, kernel, and kernel of a run")
  func choices() throws {
    _ = try history.add(
      Samples.plain("20261120-a", started: "2026-11-20T00:00:00Z", kernels: ["k1", "k2"]), at: .now)
    _ = try history.add(
      Samples.plain("20261121-b", started: "2026-11-21T00:00:00Z", kernels: ["k2"]), at: .now)
    _ = try history.add(
      Samples.plain("20261121-c", started: "2026-11-21T00:00:00.5Z", kernels: ["k3"]), at: .now)
    func run(_ text: String) throws -> String { try history.choice(text).run.name }
    #expect(try run("latest") == "20261121-c")
    #expect(try run("previous") == "20261121-b")
    #expect(try run("20261120") == "20261120-a")
    #expect(try run("k2") == "20261121-b")
    #expect(try history.choice("k2").kernel == "k2")
    #expect(try history.choice("20261120:k1").kernel == "k1")
    let (first, second) = try history.choices("k1", "k2")
    #expect(first.run.name == "20261120-a" && second.run.name == "20261120-a")
    let (one, other) = try history.choices("k1", "k3")
    #expect(one.run.name == "20261120-a" && other.run.name == "20261121-c")
    #expect(throws: RunChoiceError.ambiguous("20261121", ["20261121-c", "20261121-b"])) {
      try run("20261121")
    }
    #expect(throws: RunChoiceError.self) { try run("k9") }
    #expect(throws: RunChoiceError.self) { try run("") }
    #expect(throws: RunChoiceError.noKernel("k9", run: "20261120-a", kernels: ["k1", "k2"])) {
      try run("20261120:k9")
    }
  }

  @Test("with one run there is no previous")
  func previous() throws {
    _ = try history.add(Samples.plain("a"), at: .now)
    #expect(throws: RunChoiceError.tooFew("previous")) { try history.choice("previous") }
  }

  @Test("a side from the history is the side of the run in memory")
  func sides() throws {
    let run = Samples.hostile()
    _ = try history.add(run, at: .now)
    let stored = try history.side(history.choice("hostile"), name: "x")
    let memory = ComparedSide(run, name: "x")
    let byName = { (cases: [ComparedCase]) in
      cases.sorted {
        ($0.identity.name, $0.identity.kernel) < ($1.identity.name, $1.identity.kernel)
      }
    }
    #expect(byName(stored.side.cases).map(\.identity) == byName(memory.cases).map(\.identity))
    #expect(byName(stored.side.cases).map(\.tally) == byName(memory.cases).map(\.tally))
    #expect(byName(stored.side.cases).map(\.splats) == byName(memory.cases).map(\.splats))
    #expect(stored.side.guests == run.guests)
    for item in stored.side.cases {
      let detail = try #require(try stored.details([item.sample])[item.sample])
      #expect(detail.planned.name == item.identity.name)
      let same = try #require(byName(memory.cases).first { $0.identity == item.identity })
      #expect(detail == run.results[same.sample])
    }
  }

  @Test("the last runs of a case, by kernel; a run with repeats is one entry")
  func caseHistory() throws {
    for day in 1...4 {
      var run = Samples.plain(
        "r\(day)", started: "2026-11-0\(day)T00:00:00Z", kernels: ["k1", "k2"], cases: 1)
      if day == 3 { run.results[0].verdict = .fail }
      var again = run.results[0]
      again.planned.repetition = 2
      run.results.append(again)
      _ = try history.add(run, at: .now)
    }
    let found = try history.cases(matching: Glob("swap.*"), last: 3)
    #expect(found.map(\.kernel) == ["k1", "k2"])
    #expect(found[0].entries.map(\.run) == ["r2", "r3", "r4"])
    #expect(found[0].entries.map(\.tally.total) == [2, 2, 2])
    #expect(found[0].failures == PatchCheck.Count(2, of: 6))
    #expect(found[0].flips == 2)
    #expect(try history.cases(matching: Glob("swap.1"), last: 3).isEmpty)
  }

  @Test("pruning takes old runs and what only they had; the file gets smaller")
  func prune() throws {
    for day in 1...5 {
      var run = Samples.plain("r\(day)", started: "2026-11-0\(day)T00:00:00Z", cases: 500)
      for index in run.results.indices {
        run.results[index].planned.name = "only.\(day).\(index)"
        run.results[index].seen = String(repeating: "\(day)", count: 500)
      }
      _ = try history.add(run, at: .now)
    }
    let day3 = try Date("2026-11-03T12:00:00Z", strategy: .iso8601)
    #expect(try history.prunable(keep: 4, before: nil).map(\.name) == ["r1"])
    #expect(try history.prunable(keep: nil, before: day3).map(\.name) == ["r3", "r2", "r1"])
    #expect(try history.prunable(keep: 4, before: day3).map(\.name) == ["r1"])
    #expect(try history.prunable(keep: nil, before: nil).isEmpty)
    try history.remove(history.prunable(keep: 1, before: nil))
    #expect(try history.runs().map(\.name) == ["r5"])
    #expect(try history.caseNames().count == 500)
    #expect(try history.rows(of: "detail") == 2)
    #expect(try history.run(history.choice("r5").run).results.count == 500)
  }

  @Test("a text is kept once, however often it comes")
  func interned() throws {
    for number in 1...3 {
      var run = Samples.plain("r\(number)", cases: 1_000)
      for index in run.results.indices { run.results[index].reason = Reason(.host, "no room") }
      _ = try history.add(run, at: .now)
    }
    #expect(try history.rows(of: "detail") == 2)
    #expect(try history.rows(of: "test_case") == 1_000)
    #expect(try history.rows(of: "result") == 3_000)
  }
}

extension History {
  /// How many rows a table has.
  fileprivate func rows(of table: String) throws -> Int {
    try read { database in try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0 }
  }
}
