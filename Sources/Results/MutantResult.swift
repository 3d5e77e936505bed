/// What became of one planted bug.
package struct MutantResult: Equatable, Sendable {
  /// How a mutant was killed, the best proof first.
  package enum How: String, CaseIterable, Codable, Sendable {
    /// A test saw it: some case is worse.
    case verdict
    /// Only the kernel's own complaint gave it away.
    case splat
    /// The kernel came up badly or not at all.
    case boot
  }

  /// The patch's name without `.patch`.
  package var mutant: String
  package var file: String
  /// The header's `Area:`; nil when it has none.
  package var area: String?
  /// The header's `Rule-broken:`.
  package var rule: String?
  /// nil when it could not be tested; `problem` says why.
  package var killed: Bool?
  /// The cases that killed it, in the order of the plan.
  package var by: [Killer]
  /// Why it does not apply, build or run, in lines for a person.
  package var problem: String?

  package init(
    mutant: String, file: String, area: String? = nil, rule: String? = nil, killed: Bool? = nil,
    by: [Killer] = [], problem: String? = nil
  ) {
    self.mutant = mutant
    self.file = file
    self.area = area
    self.rule = rule
    self.killed = killed
    self.by = by
    self.problem = problem
  }

  /// nil unless killed.
  package var how: How? {
    guard killed == true, !by.isEmpty else { return nil }
    if by.contains(where: { $0.isWorse && !$0.isBoot }) { return .verdict }
    return by.contains { !$0.isBoot } ? .splat : .boot
  }

  /// A case that told the mutant from the base.
  package struct Killer: Equatable, Sendable {
    package var suite: String
    package var name: String
    /// The verdict on the mutant.
    package var verdict: Verdict
    /// Whether the verdict alone tells it from the base; if not, only the splat does.
    package var isWorse: Bool
    /// The title of a splat that the base does not show.
    package var splat: String?

    package init(
      suite: String, name: String, verdict: Verdict, isWorse: Bool = true, splat: String? = nil
    ) {
      self.suite = suite
      self.name = name
      self.verdict = verdict
      self.isWorse = isWorse
      self.splat = splat
    }

    /// Whether this is the boot itself.
    package var isBoot: Bool { suite == "boot" }
  }
}

extension MutantResult {
  /// Compares what ran on the base and on the mutant.
  ///
  /// Untested when nothing of the mutant came to a verdict that says anything about it.
  package init(
    mutant: String, file: String, area: String?, rule: String?, base: [CaseResult],
    results: [CaseResult]
  ) {
    let by = MutantRules.kills(base: base, mutant: results)
    let isTested = results.contains {
      !$0.planned.isBoot && $0.verdict != .lost && $0.verdict != .missing
    }
    self.init(
      mutant: mutant, file: file, area: area, rule: rule,
      killed: by.isEmpty && !isTested ? nil : !by.isEmpty, by: by,
      problem: by.isEmpty && !isTested ? "no case came to a verdict on it" : nil)
  }
}

extension MutantResult: Codable {
  private enum CodingKeys: String, CodingKey {
    case mutant, file, area, rule, killed, how, by, problem
  }

  /// Reads a result; how it was killed is told again from its cases, not read.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      mutant: try container.decode(String.self, forKey: .mutant),
      file: try container.decode(String.self, forKey: .file),
      area: try container.decodeIfPresent(String.self, forKey: .area),
      rule: try container.decodeIfPresent(String.self, forKey: .rule),
      killed: try container.decodeIfPresent(Bool.self, forKey: .killed),
      by: try container.decode([Killer].self, forKey: .by),
      problem: try container.decodeIfPresent(String.self, forKey: .problem))
  }

  /// Writes every key of the schema, with null for what there is not.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(mutant, forKey: .mutant)
    try container.encode(file, forKey: .file)
    try container.encode(area, forKey: .area)
    try container.encode(rule, forKey: .rule)
    try container.encode(killed, forKey: .killed)
    try container.encode(how, forKey: .how)
    try container.encode(by, forKey: .by)
    try container.encode(problem, forKey: .problem)
  }
}

extension MutantResult.Killer: Codable {
  private enum CodingKeys: String, CodingKey {
    case suite, verdict, splat
    case name = "case"
    case isWorse = "worse"
  }

  /// Writes every key of the schema, with null for what there is not.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(suite, forKey: .suite)
    try container.encode(name, forKey: .name)
    try container.encode(verdict, forKey: .verdict)
    try container.encode(isWorse, forKey: .isWorse)
    try container.encode(splat, forKey: .splat)
  }
}
