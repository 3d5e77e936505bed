/// What became of one planned case, with all that is known about it.
package struct CaseResult: Equatable, Sendable {
  package var planned: PlannedCase
  package var verdict: Verdict
  /// nil for a plain pass, and for a fail that `expected` and `seen` explain.
  package var reason: Reason?
  /// What the promise demands, in the test's words.
  package var expected: String?
  /// What happened instead.
  package var seen: String?
  /// What the case measured to prove that it took its path.
  package var evidence: [String: String]
  /// What it did and checked, in order: of a case that did not pass, or of every case when the run asked for it.
  package var steps: [String]
  /// nil when the case never ended.
  package var durationMilliseconds: Int?
  /// Complaints of the kernel while the case ran.
  package var splats: [SplatRecord]
  /// The id of the known issue that explains this result.
  package var knownIssue: String?

  package init(
    _ planned: PlannedCase, _ verdict: Verdict, reason: Reason? = nil, expected: String? = nil,
    seen: String? = nil, evidence: [String: String] = [:], steps: [String] = [],
    durationMilliseconds: Int? = nil, splats: [SplatRecord] = [], knownIssue: String? = nil
  ) {
    self.planned = planned
    self.verdict = verdict
    self.reason = reason
    self.expected = expected
    self.seen = seen
    self.evidence = evidence
    self.steps = steps
    self.durationMilliseconds = durationMilliseconds
    self.splats = splats
    self.knownIssue = knownIssue
  }

  /// Whether this result turns the run red.
  package var isRed: Bool { verdict.isRed && knownIssue == nil }
}

extension CaseResult: Codable {
  private enum CodingKeys: String, CodingKey {
    case kernel, machine, suite, verdict, reason, expected, seen, evidence, steps, splats
    case name = "case"
    case repetition = "repeat"
    case durationMilliseconds = "duration_ms"
    case knownIssue = "known_issue"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let planned = PlannedCase(
      kernel: try container.decode(String.self, forKey: .kernel),
      machine: try container.decode(String.self, forKey: .machine),
      suite: try container.decode(String.self, forKey: .suite),
      name: try container.decode(String.self, forKey: .name),
      repetition: try container.decodeIfPresent(Int.self, forKey: .repetition) ?? 1)
    self.init(
      planned,
      try container.decode(Verdict.self, forKey: .verdict),
      reason: try container.decodeIfPresent(Reason.self, forKey: .reason),
      expected: try container.decodeIfPresent(String.self, forKey: .expected),
      seen: try container.decodeIfPresent(String.self, forKey: .seen),
      evidence: try container.decode([String: String].self, forKey: .evidence),
      steps: try container.decodeIfPresent([String].self, forKey: .steps) ?? [],
      durationMilliseconds: try container.decodeIfPresent(Int.self, forKey: .durationMilliseconds),
      splats: try container.decode([SplatRecord].self, forKey: .splats),
      knownIssue: try container.decodeIfPresent(String.self, forKey: .knownIssue))
  }

  /// Writes every key of the schema, with null for what there is not; `repeat` only from the second
  /// time on, `steps` only when there are any.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(planned.kernel, forKey: .kernel)
    try container.encode(planned.machine, forKey: .machine)
    try container.encode(planned.suite, forKey: .suite)
    try container.encode(planned.name, forKey: .name)
    if planned.repetition > 1 { try container.encode(planned.repetition, forKey: .repetition) }
    try container.encode(verdict, forKey: .verdict)
    try container.encode(reason, forKey: .reason)
    try container.encode(expected, forKey: .expected)
    try container.encode(seen, forKey: .seen)
    try container.encode(evidence, forKey: .evidence)
    if !steps.isEmpty { try container.encode(steps, forKey: .steps) }
    try container.encode(durationMilliseconds, forKey: .durationMilliseconds)
    try container.encode(splats, forKey: .splats)
    try container.encode(knownIssue, forKey: .knownIssue)
  }
}
