import Results

/// A run as rows of cases and columns of kernels, repetitions put together.
struct CaseMatrix {
  /// A kernel on a machine.
  struct Column {
    let name: String
    let kernel: String
    let machine: String
    /// The name, of a path only its end.
    var label: String
  }

  /// A case.
  struct Row {
    let suite: String
    let name: String
    /// One for each column; nil where it was not planned.
    var cells: [RepeatedCase?]

    var results: [CaseResult] { cells.compactMap { $0?.worst } }
    var isRed: Bool { results.contains(where: \.isRed) }
    /// Whether anything but passes and skips is in it.
    var isTelling: Bool { results.contains { $0.verdict.isRed } }
    /// The marks of its columns.
    var marks: [VerdictMark] { cells.map { $0.map { VerdictMark($0.worst) } ?? .none } }
  }

  let columns: [Column]
  /// In the order of their first result; those of a suite stand together.
  private(set) var rows: [Row] = []
  /// In the order of their first result.
  let suites: [String]

  init(_ run: Run) {
    let grid = RunGrid(run)
    columns = zip(grid.kernels, Self.labels(grid.kernels.map(\.name))).map { kernel, label in
      Column(name: kernel.name, kernel: kernel.kernel, machine: kernel.machine, label: label)
    }
    suites = grid.suiteNames
    for suite in suites {
      var places: [String: Int] = [:]
      for (index, kernel) in grid.kernels.enumerated() {
        for repeated in RepeatedCase.group(kernel.suite(suite)?.results ?? []) {
          let name = repeated.planned.name
          let place = places[name] ?? rows.count
          if place == rows.count {
            places[name] = place
            rows.append(
              Row(
                suite: suite, name: name,
                cells: Array(repeating: nil, count: grid.kernels.count)))
          }
          rows[place].cells[index] = repeated
        }
      }
    }
  }

  /// Of a kernel that was given as a path the last two parts, as long as they tell it from the others.
  private static func labels(_ names: [String]) -> [String] {
    let labels = names.map { name in
      let cut = CaseWords.cut(name, 100)
      let parts = cut.split(separator: "/")
      guard name == cut, name.hasPrefix("/"), parts.count > 2 else { return cut }
      return "…/" + parts.suffix(2).joined(separator: "/")
    }
    return Set(labels).count == labels.count ? labels : names.map { CaseWords.cut($0, 100) }
  }

  /// The rows of a suite with their places in the matrix.
  func rows(of suite: String) -> [(place: Int, row: Row)] {
    rows.enumerated().filter { $0.element.suite == suite }.map { ($0.offset, $0.element) }
  }
}
