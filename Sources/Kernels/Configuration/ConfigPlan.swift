/// What is asked of one kernel: fragments merged for its version.
package struct ConfigPlan: Sendable {
  /// The fragments' names, in the order they were merged.
  package let fragments: [String]
  package let version: KernelVersion
  /// In the order of the fragments; the last line about a symbol has replaced the earlier ones.
  package let requests: [ConfigRequest]

  package init(fragments: [ConfigFragment], version: KernelVersion) {
    self.fragments = fragments.map(\.name)
    self.version = version
    let asked = fragments.flatMap(\.requests).filter { $0.versions.contains(version) }
    var seen: Set<String> = []
    // Kept at the last line's place: of two members of a choice, the one named last is taken.
    requests = asked.reversed().filter { seen.insert($0.symbol).inserted }.reversed()
  }

  /// The lines to append to a `tinyconfig` for `olddefconfig` to complete.
  ///
  /// Nothing else of the plan has an influence on the kernel, so this is what a digest needs.
  package var text: String { requests.map { $0.configLine + "\n" }.joined() }

  /// The requests that a complete configuration does not satisfy, in the order of `requests`.
  package func misses(in config: ConfigValues) -> [ConfigMiss] {
    requests.compactMap { request in
      let got = config.value(of: request.symbol)
      return got == request.value ? nil : ConfigMiss(request: request, got: got)
    }
  }

  /// Checks what `olddefconfig` has made of the plan.
  ///
  /// The Kconfig files of `sourceRoot` are read only when a request is missed.
  ///
  /// - Throws: `ConfigError.notSatisfied` with the reason of every miss.
  package func verify(_ config: ConfigValues, sourceRoot: String) throws(ConfigError) {
    let misses = misses(in: config)
    guard !misses.isEmpty else { return }
    var explained: [ExplainedMiss] = []
    do {
      let kconfig = try Kconfig(sourceRoot: sourceRoot)
      let diagnosis = ConfigDiagnosis(kconfig: kconfig, config: config, plan: self)
      explained = misses.map { ExplainedMiss(miss: $0, reason: diagnosis.reason(for: $0)) }
    } catch {
      explained = misses.map { ExplainedMiss(miss: $0, reason: "why is not known: \(error)") }
    }
    throw .notSatisfied(fragments: fragments, version: version, misses: explained)
  }
}
