import Foundation
import GRDB
package import Results

/// One side of a comparison, with the way to the results that it shows.
package struct StoredSide: Sendable {
  package let side: ComparedSide
  private let history: History
  private let places: [ResultPlace]

  init(side: ComparedSide, history: History, places: [ResultPlace]) {
    self.side = side
    self.history = history
    self.places = places
  }

  /// The results behind `ComparedCase.sample`.
  package func details(_ samples: [Int]) throws -> [Int: CaseResult] {
    try history.read { database in
      let reader = try StoredResults(database)
      var results: [Int: CaseResult] = [:]
      results.reserveCapacity(samples.count)
      for sample in samples { results[sample] = try reader.result(at: places[sample]) }
      return results
    }
  }
}

/// The key of a result.
struct ResultPlace: Hashable, Sendable {
  let target: Int64
  let testCase: Int64
  let repetition: Int64
}

extension History {
  /// The results of a choice, as few bytes a case as will do.
  package func side(_ choice: RunChoice, name: String) throws -> StoredSide {
    try read { database in
      var loader = SideLoader()
      let targets = try Row.fetchAll(
        database, sql: "SELECT id, kernel, machine FROM target WHERE run = ? ORDER BY position",
        arguments: [choice.run.row])
      for target in targets {
        let kernel = Text.string(target["kernel"] as Data)
        if let wanted = choice.kernel, wanted != kernel { continue }
        try loader.load(
          database, target["id"], kernel: kernel, machine: Text.string(target["machine"] as Data))
      }
      let guests = try Self.guests(database, run: choice.run.row).filter {
        choice.kernel == nil || $0.kernel == choice.kernel
      }
      return StoredSide(
        side: ComparedSide(
          name: name, runs: [choice.run.name], guests: guests, cases: loader.inOrder),
        history: self, places: loader.places)
    }
  }

  static func guests(_ database: Database, run: Int64) throws -> [GuestRecord] {
    let rows = try Row.fetchAll(
      database,
      sql: """
        SELECT kernel, machine, release, accelerator, accelerator_reason, boot_ms, facts
        FROM guest JOIN target ON target.id = guest.target WHERE run = ? ORDER BY guest.position
        """, arguments: [run])
    return try rows.map { row in
      GuestRecord(
        kernel: Text.string(row["kernel"] as Data), release: Text.string(row["release"] as Data?),
        machine: Text.string(row["machine"] as Data),
        accelerator: row["accelerator"] == "kvm" ? .kvm : .tcg,
        acceleratorReason: Text.string(row["accelerator_reason"] as Data),
        bootMilliseconds: row["boot_ms"],
        facts: try JSONDecoder().decode([String: Fact].self, from: row["facts"]))
    }
  }
}

/// Collects the cases of a side.
private struct SideLoader {
  private var cases: [ComparedCase] = []
  /// The place in the plan of each case's first repetition.
  private var positions: [Int] = []
  private(set) var places: [ResultPlace] = []

  private static let verdicts = Dictionary(
    uniqueKeysWithValues: Verdict.allCases.map { ($0.rawValue, $0) })

  /// In the order of the plan.
  var inOrder: [ComparedCase] {
    cases.indices.sorted { positions[$0] < positions[$1] }.map { cases[$0] }
  }

  mutating func load(
    _ database: Database, _ target: Int64, kernel: String, machine: String
  ) throws {
    let splats = try self.splats(database, target)
    let suites = Suites()
    // In the order of the key, so that a case's repetitions stand together.
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT result.test_case, repetition, position, verdict, known_issue IS NOT NULL,
          duration_ms, suite, name
        FROM result JOIN test_case ON test_case.id = result.test_case
        WHERE target = ? ORDER BY result.test_case, repetition
        """, arguments: [target])
    var last: Int64 = -1
    var worst = Int.max
    while let row = try rows.next() {
      let testCase: Int64 = row[0]
      let verdict = Self.verdicts[row[3] as String] ?? .error
      if testCase != last {
        last = testCase
        worst = .max
        cases.append(
          ComparedCase(
            ComparedCase.Identity(
              kernel: kernel, machine: machine, suite: suites.text(row[6]),
              name: Text.string(row[7] as Data)),
            CaseTally(), splats: splats[testCase] ?? [], sample: places.count))
        positions.append(row[2])
        places.append(ResultPlace(target: target, testCase: testCase, repetition: row[1]))
      }
      let index = cases.count - 1
      if verdict.showRank < worst {
        worst = verdict.showRank
        places[cases[index].sample] = ResultPlace(
          target: target, testCase: testCase, repetition: row[1])
      }
      cases[index].tally.add(verdict, isKnown: row[4])
      if let duration: Int = row[5] { cases[index].durations.append(Int32(clamping: duration)) }
    }
  }

  private func splats(_ database: Database, _ target: Int64) throws -> [Int64: [String]] {
    let rows = try Row.fetchCursor(
      database, sql: "SELECT test_case, fingerprint FROM splat WHERE target = ?",
      arguments: [target])
    var found: [Int64: Set<String>] = [:]
    while let row = try rows.next() {
      found[row[0], default: []].insert(Text.string(row[1] as Data))
    }
    return found.mapValues { $0.sorted() }
  }

  /// One copy of each suite's name.
  private final class Suites {
    private var known: [Data: String] = [:]

    func text(_ data: Data) -> String {
      if let text = known[data] { return text }
      let text = Text.string(data)
      known[data] = text
      return text
    }
  }
}
