import Foundation
package import Results

/// A run as a short page of Markdown (GitHub's and GitLab's), what is red first.
///
/// All foreign words stand in code: there they mention nobody, link nowhere and change nothing.
package struct MarkdownReport: Sendable {
  package var knownIssues: KnownIssues
  package var trailer: Trailer

  /// More failures or issues than this are counted.
  private static let maximumEntries = 25

  package init(knownIssues: KnownIssues = KnownIssues(), trailer: Trailer = Trailer()) {
    self.knownIssues = knownIssues
    self.trailer = trailer
  }

  /// Writes the page.
  package func write(_ run: Run, to output: inout some TextOutputStream) {
    let digest = RunDigest(run, knownIssues: knownIssues)
    let mark = run.exitStatus == 0 ? "✓" : "✗"
    let title =
      switch (digest.kernels.isEmpty, digest.tally.red) {
      case (true, _): "nothing ran"
      case (_, 0): "no failures"
      case (_, let red): TextLayout.count(red, "failure")
      }
    let sections = [
      ["## \(mark) faultline: \(title)"], [digest.sentence], table(digest),
      digest.failures.prefix(Self.maximumEntries).flatMap { failure($0, run) },
      more(digest.failures.count, "failures"), known(digest), ending(run),
    ]
    let text = sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
    output.write(text.joined(separator: "\n\n") + "\n")
  }

  private func table(_ digest: RunDigest) -> [String] {
    guard !digest.kernels.isEmpty else { return [] }
    return [
      "| kernel | release | red | passed | known | skipped | boot |",
      "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
      + digest.kernels.map { kernel in
        let red = kernel.tally.red == 0 ? "0" : "**\(kernel.tally.red)**"
        let boot =
          kernel.bootMilliseconds.map { TextLayout.time(milliseconds: $0) } ?? "**did not come up**"
        return "| \(Self.cell(kernel.name)) | \(kernel.release.map(Self.cell) ?? "?") | \(red) |"
          + " \(kernel.tally.passed) | \(kernel.tally.known) | \(kernel.tally.skipped) | \(boot) |"
      }
  }

  private func failure(_ failure: RunDigest.Failure, _ run: Run) -> [String] {
    let entry = failure.entry
    let result = entry.result
    let places = entry.places.map { Self.code($0) }.joined(separator: ", ")
    var lines = [
      "- **\(result.verdict.rawValue)** \(Self.code(RunDigest.name(entry))) on \(places)"
    ]
    let facts = CaseWords.facts(result, knownIssues: knownIssues).filter { $0.label != "evidence" }
    lines += facts.prefix(6).map { "  - \($0.label): \(Self.code(CaseWords.cut($0.text, 600)))" }
    if !failure.others.isEmpty {
      lines.append("  - also: \(Self.code(RunDigest.list(failure.others, most: 8)))")
    }
    if result.verdict != .missing {
      let words = RerunCommand(program: "faultline").words(for: result, in: run)
      lines.append("  - again: \(Self.code(words.joined(separator: " ")))")
    }
    if let splat = result.splats.first {
      lines += ["", "  <details><summary>kernel log</summary>", ""]
      lines += Self.block(CaseWords.cut(splat.text, 4_000), indent: "  ")
      lines += ["", "  </details>", ""]
    }
    return lines
  }

  private func known(_ digest: RunDigest) -> [String] {
    guard !digest.known.isEmpty else { return [] }
    let total = digest.known.map(\.count).reduce(0, +)
    return [
      "<details><summary>\(TextLayout.count(total, "result")) explained by known issues</summary>",
      "",
    ]
      + digest.known.prefix(Self.maximumEntries).map { "- \($0.count) × \(Self.code($0.text))" }
      + more(digest.known.count, "issues") + ["", "</details>"]
  }

  private func more(_ count: Int, _ noun: String) -> [String] {
    let rest = count - Self.maximumEntries
    return rest > 0 ? ["and \(rest) more \(noun)"] : []
  }

  private func ending(_ run: Run) -> [String] {
    let words = [Self.code(run.id)] + [run.started].compactMap(\.self).map(Self.code)
    let line = trailer.line(for: run).map { ["", Self.code($0)] } ?? []
    return ["Run " + words.joined(separator: ", ")] + line
  }

  /// The text as code on one line, in a fence longer than any within.
  static func code(_ text: String) -> String {
    let line = Escaping.terminal(CaseWords.cut(text, 2_000))
    let fence = String(repeating: "`", count: longestRun(line) + 1)
    let needsSpace =
      line.isEmpty || line.hasPrefix("`") || line.hasSuffix("`") || line.hasPrefix(" ")
    return needsSpace ? "\(fence) \(line) \(fence)" : fence + line + fence
  }

  /// The text as code in a cell of a table, which a bar would end.
  static func cell(_ text: String) -> String { code(text.replacing("|", with: "¦")) }

  /// Several lines as a block of code.
  private static func block(_ text: String, indent: String) -> [String] {
    let lines = Escaping.lines(text).components(separatedBy: "\n")
    let longest = lines.map(longestRun).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return ([fence] + lines + [fence]).map { indent + $0 }
  }

  private static func longestRun(_ text: String) -> Int {
    var longest = 0
    var current = 0
    for byte in text.utf8 {
      current = byte == UInt8(ascii: "`") ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }
}
