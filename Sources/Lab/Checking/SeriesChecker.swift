package import Foundation
package import Kernels
package import Results

/// Checks a series: builds and tests the base and its patches, finds which patch changed which case,
/// and confirms it by repeats.
package struct SeriesChecker {
  let spec: CheckSpec
  let lab: Lab
  let host: Lab.Host
  let builder: KernelBuilder
  let report: @Sendable (CheckEvent) -> Void
  /// Writes the files of a run.
  let keep: (Run, URL) throws -> Void

  var columns: [Column]
  var finder = ChangeFinder()
  var notes: [String] = []
  var runCount = 0

  /// What is known of the base (0) or of a patch.
  struct Column {
    /// nil when the patch does not apply, or an earlier one does not.
    let change: SourceChange?
    var kernel: BuiltKernel?
    var state = KernelState()
    /// By case; the first verdict of a column that is tested again stays.
    var results: [CaseName: CaseResult] = [:]
    var fingerprints: Set<String> = []
    var splats: [SplatRecord] = []
  }

  /// A checker whose guests run on `host`.
  package init(
    _ spec: CheckSpec, lab: Lab, host: Lab.Host, builder: KernelBuilder,
    report: @escaping @Sendable (CheckEvent) -> Void, keep: @escaping (Run, URL) throws -> Void
  ) {
    self.spec = spec
    self.lab = lab
    self.host = host
    self.builder = builder
    self.report = report
    self.keep = keep
    columns = [Column(change: SourceChange.none)]
    columns += spec.series.map { step in
      if case .applied(let change) = step.outcome { return Column(change: change) }
      return Column(change: nil)
    }
  }

  /// Why nothing can be said about a series.
  package enum Failure: Error, CustomStringConvertible {
    case baseDoesNotBuild(String)
    case baseDoesNotBoot(String)

    package var description: String {
      switch self {
      case .baseDoesNotBuild(let why):
        "the base itself does not build, so no patch can be blamed\n" + why
      case .baseDoesNotBoot(let why):
        "the base itself does not boot, so no patch can be blamed\n  " + why
      }
    }
  }

  /// Does the whole check.
  ///
  /// - Throws: `Failure`, host trouble while building or running, `CancellationError`.
  package mutating func check() async throws -> SeriesCheck {
    defer { report(.ended) }
    try await build(0)
    guard columns[0].kernel != nil else {
      throw Failure.baseDoesNotBuild(columns[0].state.problem ?? "")
    }
    try await test(0, nil)
    guard columns[0].state.boots == true else {
      throw Failure.baseDoesNotBoot(columns[0].state.problem ?? "")
    }
    let last = columns.lastIndex { $0.change != nil } ?? 0
    switch spec.strategy {
    case .every:
      for index in 0...last where index > 0 {
        try await build(index)
        try await test(index, nil)
      }
    case .ends:
      for index in 0...last where index > 0 { try await build(index) }
      try await testEnd(from: last)
    case .bisect: try await testEnd(from: last)
    }
    while let question = finder.question { try await answer(question) }
    return try await outcome()
  }

  /// Tests the last kernel of the series that comes up.
  private mutating func testEnd(from last: Int) async throws {
    var end = last
    while end > 0 {
      try await build(end)
      if columns[end].kernel != nil {
        try await test(end, nil)
        if columns[end].state.boots == true { return }
        // The patch that broke the boot; the one before it is the last that can say more.
        while let question = finder.question, question.names.contains(.boot) {
          try await answer(question)
        }
        let broken = finder.changes.first { $0.name == .boot && $0.kind == .worse }
        end = min(end, broken?.after ?? end)
      }
      end -= 1
    }
  }

  private mutating func answer(_ question: ChangeFinder.Question) async throws {
    let more = question.names.count > 1 ? " and \(question.names.count - 1) more" : ""
    report(
      .bisecting(
        name: question.names[0].name + more, after: question.before, before: question.after))
    try await build(question.column)
    guard columns[question.column].kernel != nil else {
      for name in question.names { finder.note(.missing, of: name, in: question.column) }
      return
    }
    try await test(question.column, Set(question.names))
  }
}

/// Building and testing one column.
extension SeriesChecker {
  /// Builds a column unless that was tried; what the kernel's source is to blame for is noted.
  mutating func build(_ index: Int) async throws {
    guard let change = columns[index].change, columns[index].state.builds == nil else { return }
    try Task.checkCancellation()
    let column = spec.column(index)
    report(.building(column))
    let began = ContinuousClock.now
    let name = index == 0 ? spec.source.name : "\(spec.source.name) + \(column.label)"
    do {
      let kernel = try await builder.kernel(
        KernelBuild(name: name, source: spec.source, change: change, fragments: spec.fragments))
      columns[index].kernel = kernel
      columns[index].state.builds = true
      columns[index].state.image = KernelState.Image(
        bytes: kernel.record.bytes, textBytes: kernel.record.textBytes,
        sha256: kernel.record.sha256)
      report(
        .built(column, milliseconds: (ContinuousClock.now - began).wholeMilliseconds))
    } catch let error as BuildError where error.blamesKernel {
      noteFailure(error.description, index)
    } catch let error as ConfigError {
      noteFailure(error.description, index)
    }
  }

  private mutating func noteFailure(_ problem: String, _ index: Int) {
    columns[index].state.builds = false
    columns[index].state.problem = problem
    finder.close(index)
    report(.columnEnded(spec.column(index), problem: problem))
  }

  /// Runs cases on a column: all that the spec selects, or only `names`.
  mutating func test(_ index: Int, _ names: Set<CaseName>?) async throws {
    guard let kernel = columns[index].kernel else { return }
    let column = spec.column(index)
    let run = try await run(kernel, index, names, repetitions: 1) { [report] in
      report(.run(column, $0))
    }
    for result in run.results { note(result, index) }
    let boot = run.results.first(where: \.planned.isBoot)
    let isUp = run.guests.contains { $0.bootMilliseconds != nil }
    columns[index].state.boots = isUp
    if names == nil { columns[index].state.tested = isUp }
    if !isUp {
      finder.close(index)
      columns[index].state.problem = boot?.reason?.text ?? "the guest did not come up"
    }
    report(.columnEnded(spec.column(index), problem: isUp ? nil : columns[index].state.problem))
  }

  private mutating func note(_ result: CaseResult, _ index: Int) {
    let name = CaseName(result.planned)
    finder.note(result.verdict, of: name, in: index)
    if columns[index].results[name] == nil { columns[index].results[name] = result }
    for splat in result.splats
    where columns[index].fingerprints.insert(splat.fingerprint).inserted {
      columns[index].splats.append(splat)
    }
  }

  /// Runs cases on a kernel in fresh guests and keeps the run's files.
  ///
  /// - Throws: `HostTrouble` when the host kept a guest from running.
  func run(
    _ kernel: BuiltKernel, _ index: Int, _ names: Set<CaseName>?, repetitions: Int,
    report: @escaping @Sendable (RunEvent) -> Void
  ) async throws -> Run {
    let suites = spec.suites.compactMap { suite in
      guard let names else { return suite }
      return suite.keeping { names.contains(CaseName(suite: $0.suite, name: $0.name)) }
    }
    let label = index == 0 ? "base" : "patch-\(index)"
    let directory = try freshDirectory(label)
    let run = RunSpec(
      kernels: [kernel.bootable(name: label)], machines: [spec.machine], suites: suites,
      repetitions: repetitions, accelerator: spec.accelerator, connection: nil,
      directory: directory, id: "\(spec.id)/\(directory.lastPathComponent)")
    let outcome = await lab.run(run, on: host, report: report)
    try keep(outcome.run, directory)
    try Task.checkCancellation()
    if let trouble = outcome.trouble.first { throw HostTrouble(description: trouble) }
    return outcome.run
  }

  private func freshDirectory(_ label: String) throws -> URL {
    let runs = spec.directory.appendingPathComponent("runs")
    try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
    let count = try FileManager.default.contentsOfDirectory(atPath: runs.path).count
    let number = count < 9 ? "00\(count + 1)" : count < 99 ? "0\(count + 1)" : "\(count + 1)"
    let directory = runs.appendingPathComponent("\(number)-\(label)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    return directory
  }
}

/// The host kept a guest from running; the kernel is not to blame.
package struct HostTrouble: Error, CustomStringConvertible {
  package let description: String

  package init(description: String) {
    self.description = description
  }
}
