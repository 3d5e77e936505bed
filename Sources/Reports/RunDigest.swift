import Results

/// What a short report says of a run: one sentence, the kernels, what is red, what is known.
struct RunDigest {
  /// One kernel on one machine.
  struct Kernel {
    let name: String
    let release: String?
    let accelerator: String?
    let bootMilliseconds: Int?
    let tally: Tally
  }

  /// A known issue and how many results it explains.
  struct Known {
    let text: String
    let count: Int
  }

  let kernels: [Kernel]
  let failures: [FailureList.Entry]
  let known: [Known]
  let tally: Tally
  private let caseCount: Int

  init(_ run: Run, knownIssues: KnownIssues) {
    kernels = RunGrid(run).kernels.map { kernel in
      let guest = run.guests.first { $0.kernel == kernel.kernel && $0.machine == kernel.machine }
      return Kernel(
        name: kernel.name, release: guest?.release, accelerator: guest?.accelerator.rawValue,
        bootMilliseconds: guest?.bootMilliseconds,
        tally: Tally(kernel.suites.filter { $0.name != "boot" }.flatMap(\.results)))
    }
    failures = FailureList(run).entries
    let ids = run.results.filter { $0.verdict.isRed }.compactMap(\.knownIssue)
    var counts: [String: Int] = [:]
    for id in ids { counts[id, default: 0] += 1 }
    known = TextLayout.unique(ids).map {
      Known(text: CaseWords.issueText($0, knownIssues), count: counts[$0, default: 0])
    }
    tally = Tally(run.results)
    caseCount = Set(run.results.map { "\($0.planned.suite)\t\($0.planned.name)" }).count
  }

  /// "3 failures on debian-6.1, debian-7.2", for a subject or a heading.
  var title: String {
    guard !kernels.isEmpty else { return "nothing ran" }
    let places = Self.list(kernels.map(\.name), most: 4)
    guard tally.red > 0 else { return "no failures on \(places)" }
    let red = kernels.filter { $0.tally.red > 0 }.map(\.name)
    return TextLayout.count(tally.red, "failure") + " on "
      + (red.isEmpty ? places : Self.list(red, most: 4))
  }

  /// How many cases ran where, and what became of them: "1771 cases on 4 kernels under tcg: 4000 passed, 3 red."
  var sentence: String {
    let accelerators = TextLayout.unique(kernels.compactMap(\.accelerator))
    let under = accelerators.isEmpty ? "" : " under " + accelerators.joined(separator: " and ")
    return TextLayout.count(caseCount, "case") + " on "
      + TextLayout.count(kernels.count, "kernel") + under + ": " + Self.counts(tally) + "."
  }

  /// "12 passed, 1 red, 3 skipped"; zeros are left out but for the passes.
  static func counts(_ tally: Tally) -> String {
    let parts = [
      (tally.red, "red"), (tally.known, "known"), (tally.skipped, "skipped"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return (["\(tally.passed) passed"] + parts).joined(separator: ", ")
  }

  /// The names, or the first of them and a count.
  static func list(_ names: [String], most: Int) -> String {
    guard names.count > most else { return names.joined(separator: ", ") }
    return names.prefix(most).joined(separator: ", ") + " and \(names.count - most) more"
  }

  /// Suite and case, or how many are missing.
  static func name(_ entry: FailureList.Entry) -> String {
    let planned = entry.result.planned
    guard entry.caseCount > 1 else { return "\(planned.suite)/\(planned.name)" }
    return "\(entry.caseCount) cases of \(list(entry.suites, most: 4))"
  }
}
