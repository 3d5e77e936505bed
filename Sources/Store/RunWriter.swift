import Foundation
import GRDB
import KernelLog
import Results

/// Writes one run into the history, within a transaction of the caller's.
final class RunWriter {
  /// Details are looked up in memory until so many bytes of them are there.
  private static let mostRemembered = 16 << 20

  private let database: Database
  private let run: Int64
  private let insertResult: Statement
  private let insertSplat: Statement
  private let insertCase: Statement
  private let findCase: Statement
  private let insertDetail: Statement
  private let findDetail: Statement

  private var targets: [[UInt8]: Int64] = [:]
  private var cases: [[UInt8]: Int64] = [:]
  private var details: [[UInt8]: Int64] = [:]
  private var rememberedBytes = 0
  private var digest = ContentDigest()
  private var count = 0
  private var red = 0
  /// The results of a target stand together, mostly.
  private var lastTarget: (kernel: String, machine: String, id: Int64)?

  /// Begins a run of this header.
  init(_ database: Database, _ header: RunHeader, imported: Date) throws {
    self.database = database
    try database.execute(
      sql: """
        INSERT INTO run (name, digest, started, started_ms, elapsed_ms, seed, imported_ms, results, red)
        VALUES (?, 0, ?, ?, ?, ?, ?, 0, 0)
        """,
      arguments: [
        Text.data(header.id), Text.data(header.started), Moment.milliseconds(header.started),
        header.elapsedMilliseconds, header.seed.map { Int64(bitPattern: $0) },
        Moment.milliseconds(imported),
      ])
    run = database.lastInsertedRowID
    insertResult = try database.makeStatement(
      sql: "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    insertSplat = try database.makeStatement(
      sql: "INSERT INTO splat VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    insertCase = try database.makeStatement(
      sql: "INSERT INTO test_case (suite, name) VALUES (?, ?)")
    findCase = try database.makeStatement(
      sql: "SELECT id FROM test_case WHERE name = ? AND suite = ?")
    insertDetail = try database.makeStatement(
      sql: """
        INSERT INTO detail (hash, kind, reason, expected, seen, evidence, steps)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """)
    findDetail = try database.makeStatement(
      sql: """
        SELECT id FROM detail WHERE hash = ? AND kind IS ? AND reason IS ? AND expected IS ?
        AND seen IS ? AND evidence IS ? AND steps IS ?
        """)
    digest.add(header)
    for (position, guest) in header.guests.enumerated() { try write(guest, position) }
  }

  private func write(_ guest: GuestRecord, _ position: Int) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try database.execute(
      sql: "INSERT INTO guest VALUES (?, ?, ?, ?, ?, ?, ?)",
      arguments: [
        try target(guest.kernel, guest.machine), position, Text.data(guest.release),
        guest.accelerator.rawValue, Text.data(guest.acceleratorReason), guest.bootMilliseconds,
        try encoder.encode(guest.facts),
      ])
  }

  /// Writes the next result.
  ///
  /// - Throws: `HistoryError.duplicate` for a second one of the same place in the plan.
  func write(_ result: CaseResult) throws {
    digest.add(result)
    let planned = result.planned
    let target = try target(planned.kernel, planned.machine)
    let testCase = try testCase(planned.suite, planned.name)
    insertResult.setUncheckedArguments([
      target, testCase, planned.repetition, count, result.verdict.rawValue,
      result.durationMilliseconds, Text.data(result.knownIssue), try detail(result),
    ])
    do {
      try insertResult.execute()
    } catch let error as DatabaseError
      where error.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY
    {
      let often = planned.repetition > 1 ? ", repetition \(planned.repetition)" : ""
      throw HistoryError.duplicate(
        "\(planned.suite)/\(planned.name) on \(planned.kernel), machine \(planned.machine)\(often)")
    }
    for (position, splat) in result.splats.enumerated() {
      insertSplat.setUncheckedArguments([
        target, testCase, planned.repetition, position, splat.kind.rawValue,
        Text.data(splat.title), Text.data(splat.fingerprint), Text.data(splat.text), splat.fatal,
        splat.count, try Text.json(splat.frames),
      ])
      try insertSplat.execute()
    }
    count += 1
    if result.isRed { red += 1 }
  }

  /// Ends the run; answers the number of its results.
  func finish() throws -> Int {
    try database.execute(
      sql: "UPDATE run SET digest = ?, results = ?, red = ? WHERE id = ?",
      arguments: [digest.value, count, red, run])
    return count
  }

  private func target(_ kernel: String, _ machine: String) throws -> Int64 {
    if let last = lastTarget, last.kernel == kernel, last.machine == machine { return last.id }
    let key = Self.key(kernel, machine)
    if let id = targets[key] {
      lastTarget = (kernel, machine, id)
      return id
    }
    try database.execute(
      sql: "INSERT INTO target (run, position, kernel, machine) VALUES (?, ?, ?, ?)",
      arguments: [run, targets.count, Text.data(kernel), Text.data(machine)])
    let id = database.lastInsertedRowID
    targets[key] = id
    lastTarget = (kernel, machine, id)
    return id
  }

  private func testCase(_ suite: String, _ name: String) throws -> Int64 {
    let key = Self.key(suite, name)
    if let id = cases[key] { return id }
    let (suite, name) = (Text.data(suite), Text.data(name))
    findCase.setUncheckedArguments([name, suite])
    let id: Int64
    if let known = try Int64.fetchOne(findCase) {
      id = known
    } else {
      insertCase.setUncheckedArguments([suite, name])
      try insertCase.execute()
      id = database.lastInsertedRowID
    }
    cases[key] = id
    return id
  }

  /// The row with what a result says beside its verdict; nil when it says nothing.
  private func detail(_ result: CaseResult) throws -> Int64? {
    guard
      result.reason != nil || result.expected != nil || result.seen != nil
        || !result.evidence.isEmpty || !result.steps.isEmpty
    else { return nil }
    let evidence = try Text.json(result.evidence)
    let steps = try Text.json(result.steps)
    let key = Self.key(result, evidence, steps)
    if let id = details[key] { return id }
    let values: [(any DatabaseValueConvertible)?] = [
      Self.hash(key), result.reason?.kind.rawValue, Text.data(result.reason?.text),
      Text.data(result.expected), Text.data(result.seen), evidence, steps,
    ]
    findDetail.setUncheckedArguments(StatementArguments(values))
    let id: Int64
    if let known = try Int64.fetchOne(findDetail) {
      id = known
    } else {
      insertDetail.setUncheckedArguments(StatementArguments(values))
      try insertDetail.execute()
      id = database.lastInsertedRowID
    }
    remember(key, id)
    return id
  }

  private func remember(_ key: [UInt8], _ id: Int64) {
    // A text of megabytes will not come again.
    guard key.count < Self.mostRemembered / 16 else { return }
    rememberedBytes += key.count + 64
    if rememberedBytes > Self.mostRemembered {
      details = [:]
      rememberedBytes = key.count
    }
    details[key] = id
  }

  /// Bytes are compared, not texts: Swift takes two ways to write an accent for the same.
  private static func key(_ first: String, _ second: String) -> [UInt8] {
    var key = Array(first.utf8)
    key.append(0xFF)
    key.append(contentsOf: second.utf8)
    return key
  }

  private static func key(_ result: CaseResult, _ evidence: Data?, _ steps: Data?) -> [UInt8] {
    var key: [UInt8] = []
    for text in [
      result.reason?.kind.rawValue, result.reason?.text, result.expected, result.seen,
    ] {
      if let text { key.append(contentsOf: text.utf8) } else { key.append(0xFE) }
      key.append(0xFF)
    }
    for data in [evidence, steps] {
      if let data { key.append(contentsOf: data) }
      key.append(0xFF)
    }
    return key
  }

  private static func hash(_ key: [UInt8]) -> Int64 {
    var digest = ContentDigest()
    for byte in key { digest.add(byte) }
    return digest.value
  }
}
