internal import Foundation
internal import Kernels
internal import Lab
internal import Machine
internal import Results

/// The red cases of an earlier run, found again in this installation.
struct FailedCases {
  let kernels: [String]
  let machines: [MachineProfile]
  let suites: [Suite]
  /// On the kernels and machines that they are to run on.
  let cases: Set<PlannedCase>
  /// What chance started from.
  let seed: UInt64?

  /// More names than this are only counted.
  private static let shownNames = 4

  /// A kernel or machine that is named runs what was red on it in that run, or, if the run did not have it, all that was red.
  ///
  /// - Throws: `UsageFailure` when nothing was red, or what was red does not exist any more.
  init(of saved: SavedRun, _ options: RunOptions, _ workspace: Workspace) async throws {
    let run = saved.run
    let red = run.redResults.filter { $0.reason?.kind != .unplanned }.map(\.planned)
    guard !red.isEmpty else {
      throw UsageFailure(
        "nothing is red in \(saved.file.path)\n  try: faultline run without --rerun-failed")
    }
    let words = options.kernel.isEmpty ? Self.unique(red.map(\.kernel)) : options.kernel
    let names = try words.map { try Self.name($0, workspace, isNamed: !options.kernel.isEmpty) }
    let machineNames =
      options.suites.machine.isEmpty
      ? Self.unique(red.map(\.machine)) : Self.unique(options.suites.machine)
    machines = try machineNames.map(workspace.machine)
    kernels = words
    suites = try await Self.suites(of: red, workspace)
    seed = run.seed
    let all = run.results.map(\.planned)
    let (knownKernels, knownMachines) = (Set(all.map(\.kernel)), Set(all.map(\.machine)))
    var cases: Set<PlannedCase> = []
    for kernel in names {
      let before = cases.count
      for machine in machineNames {
        for planned in red
        where (planned.kernel == kernel || !knownKernels.contains(kernel))
          && (planned.machine == machine || !knownMachines.contains(machine))
        {
          cases.insert(
            PlannedCase(
              kernel: kernel, machine: machine, suite: planned.suite, name: planned.name))
        }
      }
      guard cases.count > before else {
        throw UsageFailure(
          "nothing is red on \(kernel) in \(saved.file.path)\n"
            + "  red:  \(Self.unique(red.map(\.kernel)).joined(separator: ", "))")
      }
    }
    self.cases = cases
  }

  /// What a kernel is called in results; one that was called so in the earlier run need not exist any more.
  private static func name(
    _ word: String, _ workspace: Workspace, isNamed: Bool
  ) throws -> String {
    do {
      return try workspace.source(word).name
    } catch let error as UsageFailure where !isNamed {
      throw UsageFailure(
        "the kernel “\(word)” of that run cannot be found again: \(error)\n"
          + "  or:    --kernel, with the path that it has now")
    }
  }

  private static func suites(of red: [PlannedCase], _ workspace: Workspace) async throws -> [Suite]
  {
    let wanted = red.filter { !$0.isBoot }
    let names = unique(wanted.map(\.suite))
    let known = try workspace.installation.suitePrograms().map(\.lastPathComponent)
    for name in names where !known.contains(name) {
      throw UsageFailure(
        "the suite “\(name)” of that run is none of this installation's\n"
          + "  try: faultline run --program PATH, if it was a program of your own")
    }
    guard !names.isEmpty else { return [] }
    let suites = try await workspace.suites(names)
    let there = Set(suites.flatMap { $0.cases.map(\.name) })
    let gone = unique(wanted.map(\.name)).filter { !there.contains($0) }
    guard gone.isEmpty else {
      let more = gone.count > shownNames ? " and \(gone.count - shownNames) more" : ""
      throw UsageFailure(
        "these red cases of that run do not exist any more: "
          + gone.prefix(shownNames).joined(separator: ", ") + more
          + "\n  try: the programs that it was run with, or faultline run --suite")
    }
    let red = Set(wanted.map(\.name))
    return suites.compactMap { suite in suite.keeping { red.contains($0.name) } }
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}
