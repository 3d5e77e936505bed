import Results

/// The results of runs as the catalogue shows them: a column for each kernel and machine.
struct CatalogueResults {
  /// One kernel on one machine.
  struct Column {
    let title: String
    let release: String?
    let machine: String
    /// By suite and case.
    var results: [String: CaseResult] = [:]

    var tally: (passed: Int, skipped: Int, known: Int, other: Int) {
      var tally = (passed: 0, skipped: 0, known: 0, other: 0)
      for result in results.values {
        switch (result.verdict, result.knownIssue) {
        case (.pass, _): tally.passed += 1
        case (.skip, _): tally.skipped += 1
        case (_, .some): tally.known += 1
        case (_, nil): tally.other += 1
        }
      }
      return tally
    }
  }

  private(set) var columns: [Column] = []

  init(_ runs: [Run]) {
    for run in runs {
      for kernel in RunGrid(run).kernels {
        let guest = run.guests.first {
          $0.kernel == kernel.kernel && $0.machine == kernel.machine
        }
        var column = Column(
          title: Self.title(kernel.kernel, guest?.release), release: guest?.release,
          machine: kernel.machine)
        for result in kernel.suites.flatMap(\.results) where !result.planned.isBoot {
          column.results[Self.key(result.planned.suite, result.planned.name)] = result
        }
        columns.append(column)
      }
    }
  }

  /// "6.12" of a release; a kernel without one keeps its name.
  private static func title(_ kernel: String, _ release: String?) -> String {
    guard let numbers = release.flatMap(KernelRelease.init)?.numbers else {
      return Escaping.terminal(kernel)
    }
    return numbers.prefix(2).map(String.init).joined(separator: ".")
  }

  private static func key(_ suite: String, _ name: String) -> String { suite + "\t" + name }

  /// The steps of the row's first leg that passed, and which leg that is.
  func steps(of row: CatalogueRow) -> (leg: String?, steps: [String])? {
    for column in columns.reversed() {
      for one in row.cases {
        guard let result = column.results[Self.key(row.suite, one.name)], result.verdict == .pass,
          !result.steps.isEmpty
        else { continue }
        return (CatalogueRow.leg(of: one.name), result.steps)
      }
    }
    return nil
  }

  /// The known issues of the row on any kernel.
  func issues(of row: CatalogueRow) -> [String] {
    TextLayout.unique(
      columns.flatMap { column in
        row.cases.compactMap { column.results[Self.key(row.suite, $0.name)]?.knownIssue }
      })
  }

  /// A table with a line for each group of legs whose results are alike.
  func table(_ row: CatalogueRow) -> [String] {
    var order: [[String]] = []
    var legs: [[String]: [String]] = [:]
    for one in row.cases {
      let cells = columns.map { cell($0.results[Self.key(row.suite, one.name)]) }
      if legs[cells] == nil { order.append(cells) }
      legs[cells, default: []].append(CatalogueRow.leg(of: one.name) ?? "·")
    }
    let titles = ["leg"] + columns.map(\.title)
    let head = [
      "", "| " + titles.joined(separator: " | ") + " |",
      "|" + String(repeating: " --- |", count: titles.count),
    ]
    return head
      + order.map { cells in
        let names = legs[cells, default: []].joined(separator: " ")
        return "| " + ([names] + cells).joined(separator: " | ") + " |"
      }
  }

  private func cell(_ result: CaseResult?) -> String {
    guard let result else { return "" }
    switch result.verdict {
    case .pass: return "pass"
    case .skip: return "– \(result.reason?.kind.rawValue ?? "")"
    default: return result.knownIssue == nil ? "**\(result.verdict.rawValue)**" : "known"
    }
  }
}
