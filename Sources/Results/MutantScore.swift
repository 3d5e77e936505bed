/// What `faultline mutants` found out: how many planted bugs the suites see.
///
/// The format is specified in docs/series.md.
package struct MutantScore: Equatable, Sendable {
  /// The version of the schema that is written and read.
  package static let schema = 1

  package var base: Base
  /// In the order in which the mutants were listed.
  package var results: [MutantResult]
  /// Every planned case, in the order of the plan.
  package var cases: [Case]

  package init(base: Base, results: [MutantResult], cases: [Case] = []) {
    self.base = base
    self.results = results
    self.cases = cases
  }

  package var killed: Int { results.count { $0.killed == true } }
  package var survived: Int { results.count { $0.killed == false } }
  /// Those that do not apply, do not build, or came to no verdict; they do not touch the score.
  package var untested: Int { results.count { $0.killed == nil } }
  /// Killed of those that were tested, 0…1; nil when none was.
  package var score: Double? {
    killed + survived == 0 ? nil : Double(killed) / Double(killed + survived)
  }

  /// 0 when every mutant was killed, 1 when one survived or could not be tested, or none was there.
  package var exitStatus: Int32 { killed > 0 && survived == 0 && untested == 0 ? 0 : 1 }

  /// The names of the mutants that a case kills.
  package func kills(of wanted: Case) -> [String] {
    results.filter { result in
      result.killed == true
        && result.by.contains { $0.suite == wanted.suite && $0.name == wanted.name }
    }.map(\.mutant)
  }

  /// The names of the mutants that nothing but this case kills.
  package func killsAlone(of wanted: Case) -> [String] {
    results.filter { result in
      result.killed == true && result.by.count == 1 && result.by[0].suite == wanted.suite
        && result.by[0].name == wanted.name
    }.map(\.mutant)
  }

  /// The kernel without any planted bug, and what is the same for all.
  package struct Base: Equatable, Sendable {
    /// "debian-source-6.12".
    package var source: String
    /// "Debian linux-source-6.12 6.12.107-1 from trixie".
    package var origin: String
    /// `uname -r`; nil when it was never built.
    package var release: String?
    /// The configuration fragments, the base first.
    package var config: [String]
    package var toolchain: String?
    package var machine: String
    package var accelerator: String

    package init(
      source: String, origin: String, release: String? = nil, config: [String],
      toolchain: String? = nil, machine: String, accelerator: String
    ) {
      self.source = source
      self.origin = origin
      self.release = release
      self.config = config
      self.toolchain = toolchain
      self.machine = machine
      self.accelerator = accelerator
    }
  }

  /// One planned case.
  package struct Case: Equatable, Hashable, Sendable {
    package var suite: String
    package var name: String

    package init(suite: String, name: String) {
      self.suite = suite
      self.name = name
    }
  }
}

extension MutantScore.Base: Codable {
  private enum CodingKeys: String, CodingKey {
    case source, origin, release, config, toolchain, machine, accelerator
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
  }
}
