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
    let id: String
    let text: String
    let count: Int
  }

  /// Failures of one row of the catalogue that are red in the same way at the same places: the first of them in full.
  struct Failure {
    let entry: FailureList.Entry
    /// The names of the others.
    var others: [String] = []
  }

  let kernels: [Kernel]
  /// Worst first.
  let failures: [Failure]
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
    failures = Self.group(FailureList(run).entries)
    let ids = run.results.filter { $0.verdict.isRed }.compactMap(\.knownIssue)
    var counts: [String: Int] = [:]
    for id in ids { counts[id, default: 0] += 1 }
    known = TextLayout.unique(ids).map {
      Known(
        id: $0, text: CaseWords.issueText($0, knownIssues), count: counts[$0, default: 0])
    }
    tally = Tally(run.results)
    caseCount = Set(run.results.map { "\($0.planned.suite)\t\($0.planned.name)" }).count
  }

  /// Many legs of a row fail for one reason: one of them tells it.
  private static func group(_ entries: [FailureList.Entry]) -> [Failure] {
    var failures: [Failure] = []
    var places: [[String]: Int] = [:]
    for entry in entries {
      let result = entry.result
      let row = CatalogueRow.row(of: result.planned.name)
      let complaints = result.splats.map(\.fingerprint)
      let key = [result.verdict.rawValue, result.planned.suite, row] + entry.places + complaints
      if entry.caseCount == 1, result.verdict != .missing, let place = places[key] {
        failures[place].others.append(result.planned.name)
      } else {
        if result.verdict != .missing { places[key] = failures.count }
        failures.append(Failure(entry: entry))
      }
    }
    return failures
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

  /// How many cases ran where, and what became of them.
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
    guard entry.caseCount > 1 else {
      return planned.name.hasPrefix(planned.suite + ".")
        ? planned.name : "\(planned.suite)/\(planned.name)"
    }
    return "\(entry.caseCount) cases of \(list(entry.suites, most: 4))"
  }
}
