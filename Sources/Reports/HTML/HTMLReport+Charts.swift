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
        return BarChart.Bar(label: column.label, parts: Self.counts(cells), note: "\(cells.count)")
      })
    let boots = BarChart(
      title: "Boot time",
      bars: columns.compactMap { _, column in
        let guest = run.guests.first { $0.kernel == column.kernel && $0.machine == column.machine }
        guard let time = guest?.bootMilliseconds else { return nil }
        return BarChart.Bar(
          label: column.label, parts: [BarChart.Part(value: time, style: "t", name: "boot")],
          note: TextLayout.time(milliseconds: time))
      })
    let body: Markup = """
      <div class="charts">
      \(verdicts.markup)
      \(boots.markup)
      \(durations(matrix))
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

  /// The time of each suite on each kernel, as a table with a bar in each cell.
  private func durations(_ matrix: CaseMatrix) -> Markup {
    let columns = Array(matrix.columns.indices.prefix(Self.maximumBars))
    let rows = matrix.suites.filter { $0 != "boot" }.map { suite in
      let rows = matrix.rows(of: suite).map(\.row)
      return (
        suite,
        columns.map { column in
          rows.compactMap { $0.cells[column]?.milliseconds }.reduce(0, +)
        }
      )
    }
    let most = max(1, rows.flatMap(\.1).max() ?? 1)
    let heads = columns.map { column -> Markup in
      "<th scope=\"col\">\(matrix.columns[column].label)</th>"
    }
    let lines = rows.prefix(100).map { suite, times -> Markup in
      let cells = times.map { time -> Markup in
        "<td>\(BarChart.cell(time, of: most))\(time == 0 ? "" : TextLayout.time(milliseconds: time))</td>"
      }
      return "<tr><th scope=\"row\">\(CaseWords.cut(suite, 100))</th>\(cells)</tr>\n"
    }
    guard !rows.isEmpty else { return .empty }
    return """
      <figure class="wide"><figcaption>Time in each suite</figcaption>
      <div class="scroll"><table class="plain times"><thead><tr><td></td>\(heads)</tr></thead><tbody>
      \(lines)</tbody></table></div></figure>
      """
  }
}
