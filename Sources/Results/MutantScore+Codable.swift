extension MutantScore: Codable {
  private enum CodingKeys: String, CodingKey {
    case schema, score, killed, survived, untested, base, results, cases
  }

  private enum CaseKeys: String, CodingKey {
    case suite, kills, alone
    case name = "case"
  }

  /// Reads a score; fails on another schema.
  ///
  /// The counts are counted again, not read.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let schema = try container.decode(Int.self, forKey: .schema)
    guard schema == Self.schema else {
      throw DecodingError.dataCorruptedError(
        forKey: .schema, in: container,
        debugDescription: "This score has schema \(schema); schema \(Self.schema) can be read.")
    }
    var cases: [Case] = []
    var list = try container.nestedUnkeyedContainer(forKey: .cases)
    while !list.isAtEnd {
      let entry = try list.nestedContainer(keyedBy: CaseKeys.self)
      cases.append(
        Case(
          suite: try entry.decode(String.self, forKey: .suite),
          name: try entry.decode(String.self, forKey: .name)))
    }
    self.init(
      base: try container.decode(Base.self, forKey: .base),
      results: try container.decode([MutantResult].self, forKey: .results), cases: cases)
  }

  /// Writes the mutants and, beside each case, what it kills.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.schema, forKey: .schema)
    try container.encode(score, forKey: .score)
    try container.encode(killed, forKey: .killed)
    try container.encode(survived, forKey: .survived)
    try container.encode(untested, forKey: .untested)
    try container.encode(base, forKey: .base)
    try container.encode(results, forKey: .results)
    var list = container.nestedUnkeyedContainer(forKey: .cases)
    for planned in cases {
      var entry = list.nestedContainer(keyedBy: CaseKeys.self)
      try entry.encode(planned.suite, forKey: .suite)
      try entry.encode(planned.name, forKey: .name)
      try entry.encode(kills(of: planned), forKey: .kills)
      try entry.encode(killsAlone(of: planned), forKey: .alone)
    }
  }
}
