extension Comparison: Encodable {
  private enum CodingKeys: String, CodingKey {
    case schema, base, candidate, comparable, obstacles, differences, method, counts, cases, timing
  }

  /// Writes every key that docs/history.md names, with null for what is not known.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.schema, forKey: .schema)
    try container.encode(base, forKey: .base)
    try container.encode(candidate, forKey: .candidate)
    try container.encode(isComparable, forKey: .comparable)
    try container.encode(obstacles, forKey: .obstacles)
    try container.encode(differences, forKey: .differences)
    try container.encode(Self.method, forKey: .method)
    let all = ComparisonClass.allCases.map { ($0.rawValue, count($0)) }
    try container.encode(Dictionary(uniqueKeysWithValues: all), forKey: .counts)
    try container.encode(rows, forKey: .cases)
    try container.encode(timing, forKey: .timing)
  }
}

extension SideDifference: Encodable {
  private enum CodingKeys: String, CodingKey { case what, base, candidate }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(what, forKey: .what)
    try container.encode(base, forKey: .base)
    try container.encode(candidate, forKey: .candidate)
  }
}

extension Comparison.Row: Encodable {
  private enum CodingKeys: String, CodingKey {
    case kernel, machine, suite, p, notes, base, candidate
    case name = "case"
    case verdict = "class"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if !identity.kernel.isEmpty { try container.encode(identity.kernel, forKey: .kernel) }
    try container.encode(identity.machine, forKey: .machine)
    try container.encode(identity.suite, forKey: .suite)
    try container.encode(identity.name, forKey: .name)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(p, forKey: .p)
    try container.encode(notes, forKey: .notes)
    try container.encode(base, forKey: .base)
    try container.encode(candidate, forKey: .candidate)
  }
}

extension Comparison.Half: Encodable {
  private enum CodingKeys: String, CodingKey {
    case verdicts, failed, of, reason, expected, seen, evidence, splats
    case knownIssue = "known_issue"
    case durationMilliseconds = "duration_ms"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let verdicts = tally.counted.map { ($0.verdict.rawValue, $0.count) }
    try container.encode(Dictionary(uniqueKeysWithValues: verdicts), forKey: .verdicts)
    try container.encode(tally.broken, forKey: .failed)
    try container.encode(tally.conclusive, forKey: .of)
    try container.encode(durationMilliseconds, forKey: .durationMilliseconds)
    try container.encode(result?.knownIssue, forKey: .knownIssue)
    try container.encode(result?.reason, forKey: .reason)
    try container.encode(result?.expected, forKey: .expected)
    try container.encode(result?.seen, forKey: .seen)
    try container.encode(result?.evidence ?? [:], forKey: .evidence)
    try container.encode(result?.splats ?? [], forKey: .splats)
  }
}

extension Comparison.Timing: Encodable {
  private enum CodingKeys: String, CodingKey {
    case kernel, machine, suite
    case name = "case"
    case base = "base_ms"
    case low = "low_ms"
    case high = "high_ms"
    case candidate = "candidate_ms"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if !identity.kernel.isEmpty { try container.encode(identity.kernel, forKey: .kernel) }
    try container.encode(identity.machine, forKey: .machine)
    try container.encode(identity.suite, forKey: .suite)
    try container.encode(identity.name, forKey: .name)
    try container.encode(band.median, forKey: .base)
    try container.encode(band.low, forKey: .low)
    try container.encode(band.high, forKey: .high)
    try container.encode(candidateMilliseconds, forKey: .candidate)
  }
}
