/// What `faultline check` found out about a series: the value behind `check.json` and its reports.
///
/// The format is specified in docs/series.md. Columns are the base (0) and the patches (1…N).
package struct SeriesCheck: Equatable, Sendable {
  /// The version of the schema that is written and read.
  package static let schema = 1

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
  package struct Base: Equatable, Sendable {
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
  package struct Row: Equatable, Sendable {
    package var suite: String
    package var name: String
    /// One verdict a column, the base first; nil where it was not run.
    package var verdicts: [Verdict?]

    package init(suite: String, name: String, verdicts: [Verdict?]) {
      self.suite = suite
      self.name = name
      self.verdicts = verdicts
    }

    /// The first column whose verdict differs from the base's; nil where none does.
    ///
    /// Columns in which the case was not run do not count, and neither does a case without a
    /// verdict on the base.
    package var firstChange: Int? {
      guard let base = verdicts.first ?? nil else { return nil }
      return verdicts.indices.first { column in
        verdicts[column].map { $0 != base } ?? false
      }
    }

    /// Whether some column differs from another.
    package var changes: Bool { Set(verdicts.compactMap(\.self)).count > 1 }
  }
}

extension SeriesCheck {
  /// The state of a column: 0 is the base.
  package func kernel(column: Int) -> KernelState? {
    if column == 0 { return base.kernel }
    return patches.indices.contains(column - 1) ? patches[column - 1].kernel : nil
  }

  /// In how many cases a column was tested.
  package func testedCases(column: Int) -> Int {
    cases.count { $0.verdicts.indices.contains(column) && $0.verdicts[column] != nil }
  }

  /// The patch that a mail carries: the one with its message id, else the only one with its subject.
  ///
  /// - Parameters:
  ///   - messageID: as the header has it, with or without angle brackets; nil when unknown.
  ///   - subject: as the header has it, `[PATCH …]` included.
  /// - Returns: nil for a mail that carries no patch of this series.
  package func patch(messageID: String?, subject: String) -> PatchCheck? {
    let id = messageID.map { $0.filter { !"<> ".contains($0) } }
    if let id, let patch = patches.first(where: { $0.messageID == id }) { return patch }
    var title = subject[...]
    while title.hasPrefix("["), let end = title.firstIndex(of: "]") {
      title = title[title.index(after: end)...].drop { $0 == " " }
    }
    let named = patches.filter { $0.subject == title }
    return named.count == 1 ? named[0] : nil
  }

  /// 0 when no patch makes anything worse, 1 when one does, 69 when the base itself does not build
  /// or boot, so that nothing can be said about the patches.
  ///
  /// Worse is a confirmed change of a case, a patch that does not apply, build or boot, or a splat
  /// that the kernel before it does not show. Compiler warnings and unconfirmed changes are not.
  package var exitStatus: Int32 {
    if base.kernel.builds == false || base.kernel.boots == false { return 69 }
    return patches.contains(where: \.isBroken) ? 1 : 0
  }
}

extension SeriesCheck.Base: Codable {
  private enum CodingKeys: String, CodingKey {
    case source, origin, release, config, toolchain, machine, accelerator, strategy, kernel
  }

  /// Writes every key of the schema, with null for what is not known.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(source, forKey: .source)
    try container.encode(origin, forKey: .origin)
    try container.encode(release, forKey: .release)
    try container.encode(config, forKey: .config)
    try container.encode(toolchain, forKey: .toolchain)
    try container.encode(machine, forKey: .machine)
    try container.encode(accelerator, forKey: .accelerator)
    try container.encode(strategy, forKey: .strategy)
    try container.encode(kernel, forKey: .kernel)
  }
}
