extension PatchCheck.Count: Codable {
  /// Reads "0/20".
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let fails = parts[0], let runs = parts[1] else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is no count of the form 0/20")
    }
    self.init(fails, of: runs)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode("\(fails)/\(runs)")
  }
}

extension PatchCheck: Codable {
  private enum CodingKeys: String, CodingKey {
    case index, subject, file, applies, introduced, fixed, unconfirmed
    case messageID = "message_id"
  }

  /// Reads a patch; the keys of its kernel stand beside its own.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      index: try container.decode(Int.self, forKey: .index),
      subject: try container.decode(String.self, forKey: .subject),
      file: try container.decode(String.self, forKey: .file),
      messageID: try container.decodeIfPresent(String.self, forKey: .messageID))
    applies = try container.decodeIfPresent(Bool.self, forKey: .applies)
    kernel = try KernelState(from: decoder)
    introduced = try container.decode([Change].self, forKey: .introduced)
    fixed = try container.decode([Change].self, forKey: .fixed)
    unconfirmed = try container.decode([Change].self, forKey: .unconfirmed)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(index, forKey: .index)
    try container.encode(subject, forKey: .subject)
    try container.encode(file, forKey: .file)
    try container.encode(messageID, forKey: .messageID)
    try container.encode(applies, forKey: .applies)
    try kernel.encode(to: encoder)
    try container.encode(introduced, forKey: .introduced)
    try container.encode(fixed, forKey: .fixed)
    try container.encode(unconfirmed, forKey: .unconfirmed)
  }
}
