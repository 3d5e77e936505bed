/// One patch of a checked series.
package struct PatchCheck: Equatable, Sendable {
  /// 1 for the first.
  package var index: Int
  /// Without `[PATCH …]`.
  package var subject: String
  /// Where the patch was read: a file's name, or mailbox and message.
  package var file: String
  package var messageID: String?
  /// nil when an earlier patch did not apply.
  package var applies: Bool?
  package var kernel = KernelState()
  /// The cases that are worse from this patch on.
  package var introduced: [Change] = []
  /// The cases that are better from this patch on.
  package var fixed: [Change] = []
  /// Cases that differ from the column before, and whose repeats do not confirm it.
  package var unconfirmed: [Change] = []

  package init(index: Int, subject: String, file: String, messageID: String? = nil) {
    self.index = index
    self.subject = subject
    self.file = file
    self.messageID = messageID
  }

  /// A case whose verdict changed with this patch.
  package struct Change: Equatable, Sendable {
    package var suite: String
    package var name: String
    package var from: Verdict
    package var to: Verdict
    /// How often it failed in the kernel before this patch, of how many times: "0/20".
    package var baseFails: Count
    package var patchFails: Count
    /// Fisher's exact test, one-sided: the probability of at least this difference by chance.
    package var p: Double
    /// What the promise demands, and what happened instead, with this patch.
    package var expected: String?
    package var seen: String?
    /// Why, where expected and seen do not say: the splat's title, the deadline.
    package var because: String?
    package var evidence: [String: String]

    package init(
      suite: String, name: String, from: Verdict, to: Verdict, baseFails: Count,
      patchFails: Count, p: Double, expected: String? = nil, seen: String? = nil,
      because: String? = nil, evidence: [String: String] = [:]
    ) {
      self.suite = suite
      self.name = name
      self.from = from
      self.to = to
      self.baseFails = baseFails
      self.patchFails = patchFails
      self.p = p
      self.expected = expected
      self.seen = seen
      self.because = because
      self.evidence = evidence
    }
  }

  /// So many of so many.
  package struct Count: Equatable, Sendable {
    package var fails: Int
    package var runs: Int

    package init(_ fails: Int, of runs: Int) {
      self.fails = fails
      self.runs = runs
    }
  }
}

extension PatchCheck.Change {
  /// A change whose probability of being chance is at most this is confirmed.
  ///
  /// Five runs a side reach it (1 in 252) when all of them agree; three (1 in 20) do not.
  package static let confirmingProbability = 0.01

  /// Whether the repeats confirm the change.
  package var isConfirmed: Bool { p <= Self.confirmingProbability }
}

extension PatchCheck {
  /// Whether this patch does harm, or stands behind one that keeps it from being tested.
  package var isBroken: Bool {
    applies == false || kernel.builds == false || kernel.boots == false
      || !introduced.isEmpty || !kernel.splats.isEmpty
  }
}

extension PatchCheck.Change: Codable {
  private enum CodingKeys: String, CodingKey {
    case suite, from, to, p, expected, seen, because, evidence
    case name = "case"
    case baseFails = "base_fails"
    case patchFails = "patch_fails"
  }

  /// Writes every key of the schema, with null for what is not known.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(suite, forKey: .suite)
    try container.encode(name, forKey: .name)
    try container.encode(from, forKey: .from)
    try container.encode(to, forKey: .to)
    try container.encode(baseFails, forKey: .baseFails)
    try container.encode(patchFails, forKey: .patchFails)
    try container.encode(p, forKey: .p)
    try container.encode(expected, forKey: .expected)
    try container.encode(seen, forKey: .seen)
    try container.encode(because, forKey: .because)
    try container.encode(evidence, forKey: .evidence)
  }
}
