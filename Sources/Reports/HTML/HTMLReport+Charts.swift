import Results

/// Verdicts, boot times and durations, drawn.
extension HTMLReport {
  /// More kernels than this make no chart that anybody reads.
  private static let maximumBars = 40

  func chartsSection(_ run: Run, _ matrix: CaseMatrix) -> HTMLSection {
    let columns = Array(matrix.columns.enumerated().prefix(Self.maximumBars))
    let verdicts = BarChart(
      title: "Results by verdict",
      bars: columns.map { index, column in
        let cells = matrix.rows.compactMap { $0.cells[index]?.worst }
        return BarChart.Bar(label: column.name, parts: Self.counts(cells), note: "\(cells.count)")
      })
    let boots = BarChart(
      title: "Boot time",
      bars: columns.compactMap { _, column in
        let guest = run.guests.first { $0.kernel == column.kernel && $0.machine == column.machine }
        guard let time = guest?.bootMilliseconds else { return nil }
        return BarChart.Bar(
          label: column.name, parts: [BarChart.Part(value: time, style: "t", name: "boot")],
          note: TextLayout.time(milliseconds: time))
      })
    let body: Markup = """
      <div class="charts">
      \(verdicts.markup)
      \(boots.markup)
      \(durations(matrix).map(\.markup))
      </div>
      """
    return HTMLSection(id: "charts", title: "Charts", body: body)
  }

  private static func counts(_ results: [CaseResult]) -> [BarChart.Part] {
    var counts: [VerdictMark: Int] = [:]
    for result in results { counts[VerdictMark(result), default: 0] += 1 }
    return VerdictMark.all.reversed().compactMap { mark in
      counts[mark].map { BarChart.Part(value: $0, style: mark.letter, name: mark.word) }
    }
  }

  /// The time of each suite on each kernel.
  private func durations(_ matrix: CaseMatrix) -> [BarChart] {
    let suites = matrix.suites.filter { $0 != "boot" }
    let bars = suites.prefix(Self.maximumBars).flatMap { suite -> [BarChart.Bar] in
      let rows = matrix.rows(of: suite).map(\.row)
      return matrix.columns.prefix(8).enumerated().compactMap { index, column in
        let time = rows.compactMap { $0.cells[index]?.milliseconds }.reduce(0, +)
        guard time > 0 else { return nil }
        return BarChart.Bar(
          label: index == 0 ? suite : "",
          parts: [BarChart.Part(value: time, style: "t", name: column.name)],
          note: "\(TextLayout.time(milliseconds: time)) \(column.name)")
      }
    }
    return bars.isEmpty ? [] : [BarChart(title: "Time in each suite", bars: Array(bars))]
  }
}
