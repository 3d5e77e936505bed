package import Results

/// A comparison as Markdown, for a pull request or a job's summary.
package struct ComparisonMarkdown: Sendable {
  /// More cases of one class are only counted.
  private static let mostRows = 50

  package init() {}

  package func write(_ comparison: Comparison, to output: inout some TextOutputStream) {
    var lines = [
      "## \(code(comparison.base.name)) → \(code(comparison.candidate.name)): \(verdict(comparison))",
      "", "| | |", "| --- | --- |",
      "| base | \(text(ComparisonPhrases.side(comparison.base))) |",
      "| candidate | \(text(ComparisonPhrases.side(comparison.candidate))) |",
    ]
    for obstacle in comparison.obstacles { lines += ["", "**\(text(obstacle))**"] }
    if !comparison.differences.isEmpty {
      lines += [
        "", "Differs besides the kernel:", "", "| | base | candidate |", "| --- | --- | --- |",
      ]
      lines += comparison.differences.map { difference in
        "| \(text(difference.what)) | \(text(difference.base ?? "–")) "
          + "| \(text(difference.candidate ?? "–")) |"
      }
    }
    if comparison.isComparable {
      for verdict in ComparisonClass.allCases where verdict != .unchanged {
        let rows = comparison.rows(verdict)
        if !rows.isEmpty { lines += section(verdict, rows, comparison) }
      }
      lines += ["", text(ComparisonPhrases.summary(comparison) + ".")]
      if ComparisonPhrases.usesTest(comparison) {
        lines += ["", text(Comparison.method + ".")]
      }
    }
    output.write(lines.joined(separator: "\n") + "\n")
  }

  private func verdict(_ comparison: Comparison) -> String {
    guard comparison.isComparable else { return "nothing can be concluded" }
    let count = comparison.count(.regression)
    return count == 0 ? "no regression" : TextLayout.count(count, "regression")
  }

  private func section(
    _ verdict: ComparisonClass, _ rows: [Comparison.Row], _ comparison: Comparison
  ) -> [String] {
    let head = [
      "", "### \(TextLayout.sentence(ComparisonPhrases.heading(verdict))) (\(rows.count))", "",
    ]
    guard ComparisonPhrases.tellsEach(verdict, rows.count) else {
      let groups = ComparisonPhrases.groups(rows)
      let lines = groups.prefix(Self.mostRows).map { group in
        "| \(group.rows.count) | \(text(group.text(in: comparison))) |"
      }
      return head + ["| cases | |", "| ---: | --- |"] + lines
        + more(groups.count - lines.count)
    }
    let lines = rows.prefix(Self.mostRows).map { row in
      let said =
        [
          ComparisonPhrases.counts(row), row.candidate?.result?.expected.map { "expected \($0)" },
          row.candidate?.result?.seen.map { "seen \($0)" }, row.candidate?.result?.reason?.text,
        ].compactMap { $0 } + row.notes
      return "| \(code(ComparisonPhrases.title(row.identity, in: comparison))) "
        + "| \(text(ComparisonPhrases.change(row))) | \(text(said.joined(separator: "; "))) |"
    }
    return head + ["| case | change | |", "| --- | --- | --- |"] + lines
      + more(rows.count - lines.count)
  }

  private func more(_ count: Int) -> [String] { count > 0 ? ["", "and \(count) more"] : [] }

  /// Text in which nothing of Markdown or HTML is obeyed.
  private func text(_ text: String) -> String {
    var safe = ""
    for character in Escaping.terminal(text.prefix(600)) {
      switch character {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\\", "`", "*", "_", "|", "[", "]", "#", "~", "!", "@": safe += "\\\(character)"
      default: safe.append(character)
      }
    }
    return safe
  }

  /// A name in the face of code, where it holds nothing but what names hold.
  private func code(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: " ._/+:,()-".utf8.contains(byte)
      }
    }
    return isPlain && !name.isEmpty ? "`\(name.prefix(300))`" : text(name)
  }
}
