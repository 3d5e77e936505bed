internal import Foundation
internal import Kernels
internal import Lab
internal import Machine
internal import Reports
internal import Results

/// What a run is to be, every name found and nothing fetched yet: from the options, a plan, or an earlier run.
struct RunRequest {
  /// Names of the catalogue, or paths.
  var kernels: [String]
  var machines: [MachineProfile]
  var suites: [Suite]
  var repetitions: Int
  var isolation: Isolation
  var seed: UInt64?
  var selection = CaseSelection.everything
  var deadline: Duration?
  var baseline: PlanBaseline?
  var redness = PlanRedness.failures

  /// - Throws: `UsageFailure`, `CatalogError`.
  init(_ options: RunOptions, _ workspace: Workspace) async throws {
    if let file = options.plan {
      let plan = try await Self.plan(file, workspace)
      kernels = plan.kernels
      machines = plan.machines
      suites = plan.suites
      repetitions = plan.repetitions
      isolation = plan.isolation
      seed = options.seed ?? plan.seed
      selection = plan.selection
      deadline = plan.deadline
      baseline = plan.baseline
      redness = plan.redness
    } else if let path = options.rerunFailed {
      let failed = try await FailedCases(of: SavedRun(path), options, workspace)
      kernels = failed.kernels
      machines = failed.machines
      suites = failed.suites
      repetitions = options.repeat
      isolation = options.isolate
      seed = options.seed ?? failed.seed
      selection = .only(failed.cases)
    } else {
      kernels = options.kernel.isEmpty ? [RunOptions.defaultKernel] : options.kernel
      for kernel in kernels { _ = try workspace.source(kernel) }
      machines = try options.suites.machines(workspace)
      suites = try await options.chosenSuites(workspace)
      repetitions = options.repeat
      isolation = options.isolate
      seed = options.seed
    }
  }

  private static func plan(_ file: String, _ workspace: Workspace) async throws -> RunPlan {
    try RunPlan.load(
      file, kernels: workspace.kernels, machines: workspace.machines,
      suites: try await workspace.suites([]))
  }

  /// Puts what no other place decides into the run.
  func complete(_ spec: inout RunSpec) {
    spec.isolation = isolation
    spec.selection = selection
    spec.deadline = deadline
    spec.kernelWords = Dictionary(
      zip(spec.kernels.map(\.name), kernels), uniquingKeysWith: { first, _ in first })
    spec.seed = seed ?? UInt64.random(in: 0..<1_000_000_000)
  }

  /// Prints what would run.
  func preview(_ workspace: Workspace) throws {
    var text = ""
    PlanReport(
      style: .standardOutput, width: Terminal().columns, deadline: deadline?.words
    ).write(try grid(workspace), to: &text)
    Terminal.out(text)
  }

  /// Says on standard error what is left out: it is no part of the plan, and nothing goes missing in silence.
  func tellExclusions(_ workspace: Workspace) throws {
    guard case .except = selection else { return }
    var text = ""
    PlanReport().writeExclusions(try grid(workspace), to: &text)
    Terminal.err(text)
  }

  private func grid(_ workspace: Workspace) throws -> PlanGrid {
    PlanGrid(
      kernels: try kernels.map { try workspace.source($0).name }, machines: machines.map(\.name),
      suites: suites.map { ($0.name, $0.cases.map(\.name)) }, selection: selection,
      repetitions: repetitions)
  }
}
