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
  private let insertResult: BareStatement
  private let insertSplat: BareStatement
  private let insertCase: BareStatement
  private let findCase: BareStatement
  private let insertDetail: BareStatement
  private let findDetail: BareStatement

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
    insertResult = try BareStatement(
      database, "INSERT INTO result VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    insertSplat = try BareStatement(
      database, "INSERT INTO splat VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    insertCase = try BareStatement(
      database, "INSERT INTO test_case (suite, name) VALUES (?, ?)")
    findCase = try BareStatement(
      database, "SELECT id FROM test_case WHERE name = ? AND suite = ?")
    insertDetail = try BareStatement(
      database,
      """
      INSERT INTO detail (hash, kind, reason, expected, seen, evidence, steps)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """)
    findDetail = try BareStatement(
      database,
      """
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
    do {
      try insertResult.run(
        .integer(target), .integer(testCase), .number(planned.repetition), .number(count),
        .word(result.verdict.rawValue), .number(result.durationMilliseconds),
        .text(result.knownIssue), try detail(result).map { .integer($0) } ?? .null)
    } catch let error as DatabaseError
      where error.extendedResultCode == .SQLITE_CONSTRAINT_PRIMARYKEY
    {
      let often = planned.repetition > 1 ? ", repetition \(planned.repetition)" : ""
      throw HistoryError.duplicate(
        "\(planned.suite)/\(planned.name) on \(planned.kernel), machine \(planned.machine)\(often)")
    }
    for (position, splat) in result.splats.enumerated() {
      try insertSplat.run(
        .integer(target), .integer(testCase), .number(planned.repetition), .number(position),
        .word(splat.kind.rawValue), .text(splat.title), .text(splat.fingerprint),
        .text(splat.text), .integer(splat.fatal ? 1 : 0), .number(splat.count),
        .bytes(Text.json(splat.frames)))
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
    let (suite, name) = (BareStatement.Value.text(suite), BareStatement.Value.text(name))
    let id: Int64
    if let known = try findCase.run(name, suite) {
      id = known
    } else {
      try insertCase.run(suite, name)
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
    let evidence = Text.json(result.evidence)
    let steps = Text.json(result.steps)
    let key = Self.key(result, evidence, steps)
    if let id = details[key] { return id }
    let hash = BareStatement.Value.integer(Self.hash(key))
    let kind = BareStatement.Value.word(result.reason?.kind.rawValue)
    let reason = BareStatement.Value.text(result.reason?.text)
    let (expected, seen) = (
      BareStatement.Value.text(result.expected), BareStatement.Value.text(result.seen)
    )
    let (measured, done) = (BareStatement.Value.bytes(evidence), BareStatement.Value.bytes(steps))
    let id: Int64
    if let known = try findDetail.run(hash, kind, reason, expected, seen, measured, done) {
      id = known
    } else {
      try insertDetail.run(hash, kind, reason, expected, seen, measured, done)
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

  private static func key(_ result: CaseResult, _ evidence: [UInt8]?, _ steps: [UInt8]?) -> [UInt8]
  {
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
