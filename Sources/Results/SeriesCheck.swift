/// What `faultline check` found out about a series: the value behind `check.json` and its reports.
///
/// The format is specified in docs/series.md. Columns are the base (0) and the patches (1…N).
package struct SeriesCheck: Equatable, Codable, Sendable {
  /// The version of the schema that is written and read.
  package static let schema = 1

  package var schema = Self.schema
  package var base: Base
  package var patches: [PatchCheck]
  /// Every planned case, in the order of the plan.
  package var cases: [Row]
  /// What a reader should know: what the mailbox held besides patches, trouble of the host.
  package var notes: [String]

  package init(base: Base, patches: [PatchCheck], cases: [Row] = [], notes: [String] = []) {
    self.base = base
    self.patches = patches
    self.cases = cases
    self.notes = notes
  }

  /// The kernel without any patch, and what is the same for every column.
  package struct Base: Equatable, Codable, Sendable {
    /// "debian-source-6.12", "~/src/linux@v6.12".
    package var source: String
    /// "Debian linux-source-6.12 6.12.107-1 from trixie"; "git 1b4d7e6a2c3f".
    package var origin: String
    /// `uname -r`; nil when it was never built.
    package var release: String?
    /// The configuration fragments, the base first.
    package var config: [String]
    /// "gcc 12.2.0, GNU ld 2.40".
    package var toolchain: String?
    package var machine: String
    package var accelerator: String
    package var strategy: String
    /// The state of the base itself; its `introduced` and `fixed` are empty.
    package var kernel: KernelState

    package init(
      source: String, origin: String, release: String? = nil, config: [String],
      toolchain: String? = nil, machine: String, accelerator: String, strategy: String,
      kernel: KernelState = KernelState()
    ) {
      self.source = source
      self.origin = origin
      self.release = release
      self.config = config
      self.toolchain = toolchain
      self.machine = machine
      self.accelerator = accelerator
      self.strategy = strategy
      self.kernel = kernel
    }
  }

  /// One case over all columns.
  package struct Row: Equatable, Codable, Sendable {
    package var suite: String
    package var name: String
    /// One verdict a column, the base first; nil where it was not run.
    package var verdicts: [Verdict?]

    package init(suite: String, name: String, verdicts: [Verdict?]) {
      self.suite = suite
      self.name = name
      self.verdicts = verdicts
    }

    private enum CodingKeys: String, CodingKey {
      case suite, verdicts
      case name = "case"
    }
  }
}

/// How far one kernel of a series got, and what it showed outside the cases.
package struct KernelState: Equatable, Codable, Sendable {
  /// nil when it was not tried.
  package var builds: Bool?
  /// nil when it was not tried.
  package var boots: Bool?
  /// Whether suites ran on it.
  package var tested = false
  /// Why it does not apply, build or boot, in lines for a person.
  package var problem: String?
  /// Compiler warnings that the kernel before it does not have, as the compiler wrote them.
  package var warnings: [String] = []
  /// Splats that the kernel before it does not show.
  package var splats: [SplatRecord] = []
  /// nil when there is no image.
  package var image: Image?

  package init() {}

  /// The image that was booted.
  package struct Image: Equatable, Codable, Sendable {
    /// Size of the vmlinux without symbols.
    package var bytes: Int
    /// Code and read-only data, as size(1) counts them.
    package var textBytes: Int
    package var sha256: String

    package init(bytes: Int, textBytes: Int, sha256: String) {
      self.bytes = bytes
      self.textBytes = textBytes
      self.sha256 = sha256
    }

    private enum CodingKeys: String, CodingKey {
      case bytes, sha256
      case textBytes = "text_bytes"
    }
  }
}

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
  package struct Change: Equatable, Codable, Sendable {
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

    private enum CodingKeys: String, CodingKey {
      case suite, from, to, p, expected, seen, because, evidence
      case name = "case"
      case baseFails = "base_fails"
      case patchFails = "patch_fails"
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
