internal import Foundation
internal import Kernels
internal import Lab
internal import Machine
internal import Reports
internal import Results
internal import Store

/// What a plan's run is compared with, and what of the comparison makes it red.
struct Baseline {
  private enum Source {
    case previous(HistoryOptions)
    case side(StoredSide)
    case kernel(String)
  }

  private let source: Source
  private let redness: PlanRedness
  private let machines: Set<String>
  private let kernels: Set<String>

  /// Finds what can be found before the run; nil when the plan names none.
  ///
  /// - Throws: `UsageFailure`, `RunChoiceError`, `HistoryError` when the run that it names is not there.
  init?(_ request: RunRequest, _ history: HistoryOptions, _ workspace: Workspace) throws {
    guard let baseline = request.baseline else { return nil }
    redness = request.redness
    machines = Set(request.machines.map(\.name))
    kernels = Set(try request.kernels.map { try workspace.source($0).name })
    switch baseline {
    case .previous: source = .previous(history)
    case .kernel(let name): source = .kernel(name)
    case .run(let name):
      if let file = GivenFile(name) {
        source = .side(try file.side(name))
      } else {
        let runs = try history.existing()
        source = .side(try runs.side(runs.choice(name), name: name))
      }
    }
  }

  /// What came of comparing.
  struct Answer {
    /// One with each kernel that is not the baseline itself; empty when there is nothing to compare with.
    let comparisons: [Comparison]
    let isRed: Bool
    /// What is red and why, in one line.
    let sentence: String
  }

  /// Compares the run, which is not in the history yet.
  ///
  /// What cannot be compared is judged as without a baseline: not knowing is never greener.
  ///
  /// - Throws: what the history throws, `ComparisonError`.
  func judge(_ run: Run) throws -> Answer {
    let comparisons = try comparisons(run)
    guard redness != .failures else {
      return Answer(
        comparisons: comparisons, isRed: run.exitStatus != 0,
        sentence: "red are failures, whatever the baseline says")
    }
    guard !comparisons.isEmpty, comparisons.allSatisfy(\.isComparable) else {
      let why = comparisons.isEmpty ? "there is no earlier run" : "it cannot be compared"
      return Answer(
        comparisons: comparisons, isRed: run.exitStatus != 0,
        sentence: "\(why), so red are failures")
    }
    let counts = redness.classes.map { verdict in
      (verdict, comparisons.reduce(0) { $0 + $1.count(verdict) })
    }.filter { $0.1 > 0 }
    let found = counts.map { "\($0.1) \($0.0.rawValue)" }.joined(separator: ", ")
    return Answer(
      comparisons: comparisons, isRed: !counts.isEmpty,
      sentence: "red: \(redness.rawValue); " + (counts.isEmpty ? "there are none" : found))
  }

  private func comparisons(_ run: Run) throws -> [Comparison] {
    switch source {
    case .kernel(let base):
      let others = Self.unique(run.results.map(\.planned.kernel)).filter { $0 != base }
      let left = run.only(base)
      return try others.map { name in
        let right = run.only(name)
        return try Comparison.between(
          ComparedSide(left, name: base), ComparedSide(right, name: name),
          baseDetails: left.results(at:), candidateDetails: right.results(at:))
      }
    case .side(let side): return [try compare(side, run)]
    case .previous(let options):
      // A run that was stopped early says little of what was so before.
      let history = try options.open()
      let earlier = try history.runs().first {
        try $0.name != run.id && Set($0.kernels) == kernels && Set($0.machines) == machines
          && history.counts(of: $0)[.missing, default: 0] * 2 <= $0.results
      }
      guard let earlier else { return [] }
      return [try compare(history.side(history.choice(earlier.name), name: earlier.name), run)]
    }
  }

  private func compare(_ base: StoredSide, _ run: Run) throws -> Comparison {
    try Comparison.between(
      base.side, ComparedSide(run, name: run.id), baseDetails: base.details,
      candidateDetails: run.results(at:))
  }

  private static func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }
}

extension Baseline.Answer {
  /// Shows the comparisons: in full on standard output where that is for people, else only the sentence on standard error.
  func show(_ format: RunOptions.Format) {
    guard format == .human else { return Terminal.err("baseline: \(sentence)\n") }
    var text = ""
    for comparison in comparisons {
      text += "\n"
      ComparisonReport(style: .standardOutput, width: Terminal().columns, showsAll: false)
        .write(comparison, to: &text)
    }
    Terminal.out(text + "\nbaseline: \(Escaping.terminal(sentence))\n")
  }

  /// Keeps the comparisons beside the run, for mails and summaries.
  func keep(in directory: URL) throws {
    guard !comparisons.isEmpty else { return }
    var text = ""
    for comparison in comparisons { ComparisonMarkdown().write(comparison, to: &text) }
    try Data(text.utf8).write(
      to: directory.appendingPathComponent("comparison.md"), options: .atomic)
  }
}

extension Run {
  /// What the places of a `ComparedSide` of this run stand for.
  fileprivate func results(at places: [Int]) -> [Int: CaseResult] {
    Dictionary(places.map { ($0, results[$0]) }, uniquingKeysWith: { first, _ in first })
  }

  /// What one kernel has to say.
  fileprivate func only(_ kernel: String) -> Run {
    var run = self
    run.guests.removeAll { $0.kernel != kernel }
    run.results.removeAll { $0.planned.kernel != kernel }
    return run
  }
}
