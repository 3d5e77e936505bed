package import KernelLog

/// A splat as `run.json` keeps it.
package struct SplatRecord: Equatable, Hashable, Sendable {
  package var kind: SplatKind
  package var title: String
  /// What makes two splats the same, in other runs and on other kernels too; see docs/splats.md.
  package var fingerprint: String
  package var text: String
  package var fatal: Bool
  /// How often the kernel printed it while its case ran.
  package var count: Int
  /// Its backtrace with files and lines, innermost first; empty where the kernel's debug information is
  /// not at hand.
  package var frames: [String]
  /// What `frames` is made of; not kept.
  package var backtrace: [CodePlace] = []

  package init(
    kind: SplatKind, title: String, fingerprint: String, text: String, fatal: Bool, count: Int = 1,
    frames: [String] = []
  ) {
    self.kind = kind
    self.title = title
    self.fingerprint = fingerprint
    self.text = text
    self.fatal = fatal
    self.count = count
    self.frames = frames
  }

  package init(_ splat: Splat) {
    self.init(
      kind: splat.kind, title: splat.title, fingerprint: splat.fingerprint, text: splat.text,
      fatal: splat.isFatal, count: splat.count)
    backtrace = splat.backtrace
  }
}

extension SplatRecord: Codable {
  private enum CodingKeys: String, CodingKey {
    case kind, title, fingerprint, text, fatal, count, frames
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      kind: try container.decode(SplatKind.self, forKey: .kind),
      title: try container.decode(String.self, forKey: .title),
      fingerprint: try container.decode(String.self, forKey: .fingerprint),
      text: try container.decode(String.self, forKey: .text),
      fatal: try container.decode(Bool.self, forKey: .fatal),
      count: try container.decodeIfPresent(Int.self, forKey: .count) ?? 1,
      frames: try container.decodeIfPresent([String].self, forKey: .frames) ?? [])
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(title, forKey: .title)
    try container.encode(fingerprint, forKey: .fingerprint)
    try container.encode(text, forKey: .text)
    try container.encode(fatal, forKey: .fatal)
    if count > 1 { try container.encode(count, forKey: .count) }
    if !frames.isEmpty { try container.encode(frames, forKey: .frames) }
  }
}
