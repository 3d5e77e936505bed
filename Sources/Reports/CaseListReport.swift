package import Results

/// All cases with their requirements, for `faultline list`.
package struct CaseListReport: Sendable {
  package var style: TerminalStyle

  package init(style: TerminalStyle = .plain) {
    self.style = style
  }

  /// Writes the suites in the order given, each with its cases below it.
  package func write(_ cases: [CaseListing], to output: inout some TextOutputStream) {
    let width = cases.map(\.name.count).max() ?? 0
    for suite in TextLayout.unique(cases.map(\.suite)) {
      let members = cases.filter { $0.suite == suite }
      let count = TextLayout.count(members.count, "case")
      output.write("\(style.paint(Escaping.terminal(suite), .strong))  \(count)\n")
      for listed in members {
        output.write("  \(TextLayout.left(Escaping.terminal(listed.name), width))  ")
        output.write("\(Escaping.terminal(listed.summary))\n")
        guard !listed.requirements.isEmpty else { continue }
        let needs = "needs " + listed.requirements.joined(separator: ", ")
        let indent = String(repeating: " ", count: width + 4)
        output.write(indent + style.paint(Escaping.terminal(needs), .quiet) + "\n")
      }
      output.write("\n")
    }
    let suites = Set(cases.map(\.suite)).count
    output.write("\(TextLayout.count(cases.count, "case")) in \(suites) suites\n")
  }
}
