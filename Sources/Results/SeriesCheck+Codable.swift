extension SeriesCheck: Codable {
  private enum CodingKeys: String, CodingKey {
    case schema, base, patches, cases, notes
  }

  /// Reads a check; fails on another schema.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let schema = try container.decode(Int.self, forKey: .schema)
    guard schema == Self.schema else {
      throw DecodingError.dataCorruptedError(
        forKey: .schema, in: container,
        debugDescription: "This check has schema \(schema); schema \(Self.schema) can be read.")
    }
    self.init(
      base: try container.decode(Base.self, forKey: .base),
      patches: try container.decode([PatchCheck].self, forKey: .patches),
      cases: try container.decode([Row].self, forKey: .cases),
      notes: try container.decode([String].self, forKey: .notes))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.schema, forKey: .schema)
    try container.encode(base, forKey: .base)
    try container.encode(patches, forKey: .patches)
    try container.encode(cases, forKey: .cases)
    try container.encode(notes, forKey: .notes)
  }
}

extension SeriesCheck.Row: Codable {
  private enum CodingKeys: String, CodingKey {
    case suite, verdicts
    case name = "case"
    case firstChange = "first_change"
  }

  /// Reads a row; where it first changed is counted again, not read.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      suite: try container.decode(String.self, forKey: .suite),
      name: try container.decode(String.self, forKey: .name),
      verdicts: try container.decode([Verdict?].self, forKey: .verdicts))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(suite, forKey: .suite)
    try container.encode(name, forKey: .name)
    try container.encode(verdicts, forKey: .verdicts)
    try container.encode(firstChange, forKey: .firstChange)
  }
}
