package import Results

/// A run as KTAP in three levels, kernel, suite and case, for `kunit.py parse` and its like.
///
/// The plan of each level is always met, and a level fails when anything below it does. A known
/// issue becomes `ok … # XFAIL`.
package struct KTAPReport: Sendable {
  package init() {}

  /// Writes the whole run.
  package func write(_ run: Run, to output: inout some TextOutputStream) {
    let kernels = RunGrid(run).kernels
    output.write("KTAP version 1\n1..\(kernels.count)\n")
    for (index, kernel) in kernels.enumerated() {
      writeLevel(kernel.name, kernel.suites.count, indent: "  ", to: &output)
      for (index, suite) in kernel.suites.enumerated() {
        let name = Self.name(suite.name, below: kernel.name)
        writeLevel(name, suite.results.count, indent: "    ", to: &output)
        for (index, result) in suite.results.enumerated() {
          write(result, number: index + 1, to: &output)
        }
        writeEnd(suite.results, number: index + 1, name, indent: "  ", to: &output)
      }
      let all = kernel.suites.flatMap(\.results)
      writeEnd(all, number: index + 1, kernel.name, indent: "", to: &output)
    }
  }

  private func writeLevel(
    _ name: String, _ count: Int, indent: String, to output: inout some TextOutputStream
  ) {
    output.write("\(indent)KTAP version 1\n")
    output.write("\(indent)# Subtest: \(Self.line(name))\n")
    output.write("\(indent)1..\(count)\n")
  }

  private func writeEnd(
    _ results: [CaseResult], number: Int, _ name: String, indent: String,
    to output: inout some TextOutputStream
  ) {
    let name = Self.line(name)
    if results.contains(where: isNotOK) {
      output.write("\(indent)not ok \(number) \(name)\n")
    } else if results.allSatisfy({ $0.verdict == .skip }) {
      output.write("\(indent)ok \(number) \(name) # SKIP all of it\n")
    } else {
      output.write("\(indent)ok \(number) \(name)\n")
    }
  }

  /// A name that differs from its parent's.
  ///
  /// kunit.py takes the first line with the parent's name for the parent's result, so that the case
  /// `boot` would end the suite `boot`.
  private static func name(_ name: String, below parent: String) -> String {
    name == parent ? "\(parent)/\(name)" : name
  }

  private static func line(_ name: String) -> String {
    Escaping.ktapName(CaseWords.cut(name, 300))
  }

  private static func text(_ text: String) -> String {
    Escaping.ktapText(CaseWords.cut(text, 4_000))
  }

  /// What KTAP calls failed; an unexercised case is red to us and skipped to KTAP.
  private func isNotOK(_ result: CaseResult) -> Bool {
    result.isRed && result.verdict != .unexercised
  }

  private func write(
    _ result: CaseResult, number: Int, to output: inout some TextOutputStream
  ) {
    for line in diagnostics(result) { output.write("    # \(Self.text(line))\n") }
    let planned = result.planned
    var name = Self.line(Self.name(planned.name, below: planned.suite))
    if planned.repetition > 1 { name += " (repeat \(planned.repetition))" }
    let time = result.durationMilliseconds.map { "time_ms=\($0)" }
    let tail = [directive(result), time].compactMap { $0 }.joined(separator: " ")
    output.write("    \(isNotOK(result) ? "not ok" : "ok") \(number) \(name)")
    output.write(tail.isEmpty ? "\n" : " # \(tail)\n")
  }

  private func diagnostics(_ result: CaseResult) -> [String] {
    guard result.verdict.isRed else { return [] }
    var lines = result.evidence.sorted { $0.key < $1.key }
      .map { "evidence \($0.key)=\($0.value)" }
    if let expected = result.expected { lines.append("expected \(expected)") }
    if let seen = result.seen { lines.append("seen \(seen)") }
    if result.verdict == .fail, let reason = result.reason, reason.kind != .splat {
      // Never alone: `# Subtest: x` would begin a level.
      lines.append("because \(reason.text)")
    }
    return lines + result.splats.map { "kernel: \($0.title)" }
  }

  private func directive(_ result: CaseResult) -> String? {
    let reason = result.reason
    let text = reason.map { Self.text($0.text) } ?? ""
    if let issue = result.knownIssue {
      return "XFAIL " + Self.text("\(issue): \(reason?.text ?? result.verdict.rawValue)")
    }
    switch result.verdict {
    case .pass, .fail, .crash: return nil
    case .skip: return "SKIP \((reason?.kind ?? .other).rawValue): \(text)"
    case .unexercised: return "SKIP unexercised: \(text)"
    case .error: return "ERROR \(text)"
    case .hang: return "TIMEOUT \(text)"
    case .lost, .missing: return "ERROR \(result.verdict.rawValue): \(text)"
    }
  }
}
