import Results

/// The commands that run again exactly what was red.
struct RerunCommand {
  /// More names than this in one command, and whole suites are named instead.
  static let maximumNames = 12

  let program: String
  /// What runs the programs that are not ours, by the names of their suites: `--program` and a path.
  var foreign: [String: [String]] = [:]
  /// What a kernel was called on the command line, where its name is another.
  var kernelWords: [String: String] = [:]
  /// Options that every command has: what the run had, and is not the default.
  var options: [String] = []

  /// The command that runs one case again, on the kernel and machine that it was red on.
  func command(for result: CaseResult, in run: Run) -> String {
    words(for: result, in: run).joined(separator: " ")
  }

  /// The words of that command, safe for a shell.
  func words(for result: CaseResult, in run: Run) -> [String] {
    let machines = TextLayout.unique(run.results.map(\.planned.machine))
    let machine = machines.count > 1 ? ["--machine", result.planned.machine] : []
    let words = [program, "run", "--kernel", kernelWord(result.planned.kernel)] + machine
    return words.map(Escaping.shellWord) + shellOptions + arguments([result]) + seed(run, [result])
  }

  private func kernelWord(_ name: String) -> String { kernelWords[name] ?? name }

  private var shellOptions: [String] { options.map(Escaping.shellWord) }

  /// One command for each set of kernels with the same red cases.
  func commands(for run: Run) -> [String] {
    var kernelsByWork: [(work: [String], kernels: [String])] = []
    let red = run.redResults
    for kernel in TextLayout.unique(red.map(\.planned.kernel)) {
      let work = arguments(red.filter { $0.planned.kernel == kernel })
      if let known = kernelsByWork.firstIndex(where: { $0.work == work }) {
        kernelsByWork[known].kernels.append(kernel)
      } else {
        kernelsByWork.append((work, [kernel]))
      }
    }
    let machines = TextLayout.unique(run.results.map(\.planned.machine))
    let redMachines = TextLayout.unique(red.map(\.planned.machine))
    let machine = machines.count > 1 ? redMachines.map { ("--machine", $0) } : []
    return kernelsByWork.map { work, kernels in
      let choices = kernels.map { ("--kernel", kernelWord($0)) } + machine
      let words = choices.flatMap { [$0.0, Escaping.shellWord($0.1)] } + shellOptions
      return ([program, "run"] + words + work + seed(run, red)).joined(separator: " ")
    }
  }

  /// The run's seed, if anything red depends on it.
  private func seed(_ run: Run, _ red: [CaseResult]) -> [String] {
    guard let seed = run.seed, red.contains(where: { $0.evidence["seed"] != nil }) else {
      return []
    }
    return ["--seed", String(seed)]
  }

  private func arguments(_ results: [CaseResult]) -> [String] {
    // A kernel that did not come up explains all that is missing on it: booting it says it all.
    if results.contains(where: { $0.planned.isBoot && $0.durationMilliseconds == nil }) {
      return []
    }
    let programs = TextLayout.unique(results.map(\.planned.suite)).flatMap {
      (foreign[$0] ?? []).map(Escaping.shellWord)
    }
    return own(results.filter { foreign[$0.planned.suite] == nil }) + programs
  }

  private func own(_ results: [CaseResult]) -> [String] {
    let cases = results.filter { !$0.planned.isBoot && $0.reason?.kind != .unplanned }
    let names = TextLayout.unique(cases.map(\.planned.name))
    if names.count <= Self.maximumNames {
      return names.flatMap { ["--filter", Escaping.shellWord($0)] }
    }
    return TextLayout.unique(cases.map(\.planned.suite)).flatMap {
      ["--suite", Escaping.shellWord($0)]
    }
  }
}
