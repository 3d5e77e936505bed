/// Everything that one run found out: the value behind `run.json` and every report.
package struct Run: Equatable, Sendable {
  /// The version of the schema that is written and read.
  package static let schema = 1

  /// The run's name, also that of its directory.
  package var id: String
  /// When it began, RFC 3339 with zone.
  package var started: String?
  package var elapsedMilliseconds: Int?
  /// What chance in the programs started from; `faultline run --seed` takes it.
  package var seed: UInt64?
  package var guests: [GuestRecord]
  package var results: [CaseResult]

  package init(
    id: String, started: String? = nil, elapsedMilliseconds: Int? = nil, seed: UInt64? = nil,
    guests: [GuestRecord] = [], results: [CaseResult] = []
  ) {
    self.id = id
    self.started = started
    self.elapsedMilliseconds = elapsedMilliseconds
    self.seed = seed
    self.guests = guests
    self.results = results
  }

  package var summary: RunSummary { RunSummary(results) }

  /// The results that turn the run red.
  package var redResults: [CaseResult] { results.filter(\.isRed) }

  /// 0 when all went as expected, 1 when anything is red or nothing was run at all.
  package var exitStatus: Int32 { redResults.isEmpty && !results.isEmpty ? 0 : 1 }
}

extension Run: Codable {
  private enum CodingKeys: String, CodingKey {
    case schema, run, started, seed, guests, results, summary
    case elapsedMilliseconds = "elapsed_ms"
  }

  /// Reads a run; fails on another schema.
  ///
  /// The summary is counted again, not read.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let schema = try container.decode(Int.self, forKey: .schema)
    guard schema == Self.schema else {
      throw DecodingError.dataCorruptedError(
        forKey: .schema, in: container,
        debugDescription: "This run has schema \(schema); schema \(Self.schema) can be read.")
    }
    self.init(
      id: try container.decode(String.self, forKey: .run),
      started: try container.decodeIfPresent(String.self, forKey: .started),
      elapsedMilliseconds: try container.decodeIfPresent(Int.self, forKey: .elapsedMilliseconds),
      seed: try container.decodeIfPresent(UInt64.self, forKey: .seed),
      guests: try container.decode([GuestRecord].self, forKey: .guests),
      results: try container.decode([CaseResult].self, forKey: .results))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.schema, forKey: .schema)
    try container.encode(id, forKey: .run)
    try container.encodeIfPresent(started, forKey: .started)
    try container.encodeIfPresent(elapsedMilliseconds, forKey: .elapsedMilliseconds)
    try container.encodeIfPresent(seed, forKey: .seed)
    try container.encode(guests, forKey: .guests)
    try container.encode(results, forKey: .results)
    try container.encode(summary, forKey: .summary)
  }
}
