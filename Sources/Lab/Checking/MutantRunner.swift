package import Foundation
package import Kernels
package import Machine
package import Results

/// Builds and runs planted bugs and compares each with the kernel they were planted in.
///
/// One is built while others run. Each result is a file of its own, written when it is there: a run that
/// was stopped goes on where it ended.
package struct MutantRunner: Sendable {
  /// What is to be done, with every name resolved.
  package struct Spec: Sendable {
    package var source: SourceTree
    package var fragments: [ConfigFragment]
    package var mutants: [Mutant]
    package var machine: MachineProfile
    package var suites: [Suite]
    package var accelerator: AcceleratorChoice
    /// How many guests run at once; at least 1.
    package var jobs: Int
    /// After so many red results no further suite is begun on a mutant; nil runs them all.
    package var enough: Int?
    /// Where results and runs go; made by the caller.
    package var directory: URL

    package init(
      source: SourceTree, fragments: [ConfigFragment], mutants: [Mutant], machine: MachineProfile,
      suites: [Suite], accelerator: AcceleratorChoice, jobs: Int, enough: Int?, directory: URL
    ) {
      self.source = source
      self.fragments = fragments
      self.mutants = mutants
      self.machine = machine
      self.suites = suites
      self.accelerator = accelerator
      self.jobs = jobs
      self.enough = enough
      self.directory = directory
    }
  }

  private let spec: Spec
  private let lab: Lab
  private let host: Lab.Host
  private let builder: KernelBuilder
  private let report: @Sendable (CheckEvent) -> Void
  private let keep: @Sendable (Run, URL) throws -> Void

  /// How often the base runs: what is red in one of them kills nothing.
  private static let baseRuns = 2

  package init(
    _ spec: Spec, lab: Lab, host: Lab.Host, builder: KernelBuilder,
    report: @escaping @Sendable (CheckEvent) -> Void,
    keep: @escaping @Sendable (Run, URL) throws -> Void
  ) {
    self.spec = spec
    self.lab = lab
    self.host = host
    self.builder = builder
    self.report = report
    self.keep = keep
  }

  /// Runs every mutant that has no result yet, and gives all results.
  ///
  /// - Throws: `SeriesChecker.Failure` when the base does not build or boot, host trouble,
  ///   `CancellationError`; the results so far are kept.
  package func run() async throws -> MutantScore {
    defer { report(.ended) }
    let kernel = try await builder.kernel(
      KernelBuild(name: spec.source.name, source: spec.source, fragments: spec.fragments))
    let ledger = MutantLedger(directory: spec.directory, context: context(kernel))
    let base = try await baseResults(kernel, ledger)
    var results: [String: MutantResult] = [:]
    var rest: [(number: Int, mutant: Mutant)] = []
    for (index, mutant) in spec.mutants.enumerated() {
      if let known = ledger.result(of: mutant) {
        results[mutant.file] = known
      } else {
        rest.append((index + 1, mutant))
      }
    }
    if !results.isEmpty {
      report(.notice("\(results.count) of \(spec.mutants.count) mutants have results already"))
    }
    try await withThrowingTaskGroup(of: MutantResult.self) { group in
      var running = 0
      for (number, mutant) in rest {
        let column = CheckColumn(
          .mutant, number: number, of: spec.mutants.count, title: mutant.name)
        let built = try await build(mutant, column)
        switch built {
        case .failure(let result):
          try ledger.keep(result, of: mutant)
          results[mutant.file] = result
          report(.columnEnded(column, problem: result.problem))
        case .success(let kernel):
          while running >= spec.jobs {
            guard let result = try await group.next() else { break }
            results[result.file] = result
            running -= 1
          }
          running += 1
          group.addTask {
            let result = try await test(mutant, kernel, column, base)
            try ledger.keep(result, of: mutant)
            report(.columnEnded(column, problem: nil))
            return result
          }
        }
      }
      for try await result in group { results[result.file] = result }
    }
    return score(kernel, spec.mutants.compactMap { results[$0.file] }, base)
  }

  /// What a result depends on beside the mutant: with any of it changed a mutant runs again.
  private func context(_ kernel: BuiltKernel) -> String {
    ([kernel.record.sha256, "\(spec.machine)", "enough \(spec.enough ?? 0)"]
      + spec.suites.map { "\($0.name) \($0.digest) \($0.cases.count)" }).joined(separator: "\n")
  }
}

/// One mutant.
extension MutantRunner {
  private enum Built {
    case success(BuiltKernel)
    case failure(MutantResult)
  }

  private func build(_ mutant: Mutant, _ column: CheckColumn) async throws -> Built {
    try Task.checkCancellation()
    report(.building(column))
    let began = ContinuousClock.now
    func untested(_ problem: String) -> Built {
      .failure(
        MutantResult(
          mutant: mutant.name, file: mutant.file, area: mutant.area, rule: mutant.rule,
          problem: problem))
    }
    let applied = try await AppliedSeries.apply([mutant.patch], to: spec.source.root)
    switch applied.steps.first?.outcome {
    case .applied(let change):
      do {
        let kernel = try await builder.kernel(
          KernelBuild(
            name: mutant.name, source: spec.source, change: change, fragments: spec.fragments))
        report(.built(column, milliseconds: (ContinuousClock.now - began).wholeMilliseconds))
        return .success(kernel)
      } catch let error as BuildError where error.blamesKernel {
        return untested(error.description)
      } catch let error as ConfigError {
        return untested(error.description)
      }
    case .refused(let refusal): return untested(refusal.description)
    case .notTried, nil: return untested("it was not tried")
    }
  }

  private func test(
    _ mutant: Mutant, _ kernel: BuiltKernel, _ column: CheckColumn, _ base: [CaseResult]
  ) async throws -> MutantResult {
    let suites = Suite.sorted(spec.suites, touching: mutant.patch.files)
    let red = Set(base.filter(\.verdict.isRed).map(\.planned.name))
    let run = try await run(
      kernel, mutant.name, suites, repetitions: 1, enough: spec.enough, expectedRed: red
    ) { report(.run(column, $0)) }
    return MutantResult(
      mutant: mutant.name, file: mutant.file, area: mutant.area, rule: mutant.rule, base: base,
      results: run.results)
  }

  private func baseResults(
    _ kernel: BuiltKernel, _ ledger: MutantLedger
  ) async throws -> [CaseResult] {
    if let results = ledger.base { return results }
    let column = CheckColumn(.base, of: spec.mutants.count)
    let run = try await run(
      kernel, "base", spec.suites, repetitions: Self.baseRuns, enough: nil, expectedRed: []
    ) { report(.run(column, $0)) }
    guard run.guests.contains(where: { $0.bootMilliseconds != nil }) else {
      let boot = run.results.first(where: \.planned.isBoot)
      throw SeriesChecker.Failure.baseDoesNotBoot(boot?.reason?.text ?? "")
    }
    report(.columnEnded(column, problem: nil))
    try ledger.keep(base: run.results)
    return run.results
  }

  private func run(
    _ kernel: BuiltKernel, _ name: String, _ suites: [Suite], repetitions: Int, enough: Int?,
    expectedRed: Set<String>,
    report: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> Run {
    let directory = spec.directory.appendingPathComponent("runs/" + name)
    // A run that was stopped on the way is made again from the start.
    if FileManager.default.fileExists(atPath: directory.path) {
      try FileManager.default.removeItem(at: directory)
    }
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    var run = RunSpec(
      kernels: [kernel.bootable(name: name)], machines: [spec.machine], suites: suites,
      repetitions: repetitions, accelerator: spec.accelerator, connection: nil,
      directory: directory, id: name)
    run.enough = enough
    run.expectedRed = expectedRed
    let outcome = await lab.run(run, on: host, report: report)
    try keep(outcome.run, directory)
    try Task.checkCancellation()
    if let trouble = outcome.trouble.first { throw HostTrouble(description: trouble) }
    return outcome.run
  }

  private func score(
    _ kernel: BuiltKernel, _ results: [MutantResult], _ base: [CaseResult]
  ) -> MutantScore {
    let record = kernel.record
    return MutantScore(
      base: MutantScore.Base(
        source: spec.source.name, origin: spec.source.origin, release: record.release,
        config: spec.fragments.map(\.name), toolchain: record.toolchain,
        machine: spec.machine.name,
        accelerator: spec.accelerator.accelerator == .kvm ? "kvm" : "tcg"),
      results: results,
      cases: spec.suites.flatMap(\.cases).map { MutantScore.Case(suite: $0.suite, name: $0.name) })
  }
}
