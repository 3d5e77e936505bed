/// Table cells of which equal neighbours are one.
enum SpannedCells {
  static func markup(_ values: [String]) -> Markup {
    var runs: [(value: String, count: Int)] = []
    for value in values {
      if let last = runs.last, last.value == value {
        runs[runs.count - 1].count += 1
      } else {
        runs.append((value, 1))
      }
    }
    return Markup(
      runs.map { run -> Markup in
        run.count == 1
          ? "<td>\(run.value)</td>" : "<td colspan=\"\(run.count)\">\(run.value)</td>"
      })
  }
}
