import Foundation
package import Results

/// A run as one HTML file that needs nothing else: a matrix of cases and kernels, a section for every case, charts and facts.
///
/// Readable without JavaScript; with it, rows can be filtered and a case opens beside the matrix. Its policy lets no
/// script run and nothing load but what is in it (`Markup` sees to the rest).
package struct HTMLReport: Sendable {
  /// All known issues, for the reasons behind the ids.
  package var knownIssues: KnownIssues
  /// What the programs declare of the cases, for what each proves and needs.
  package var cases: [CaseListing]
  /// The kernel log around splats, and of cases that never ended.
  package var excerpts: ConsoleExcerpts
  /// What earlier runs said of a case on a kernel, oldest first, by `HistoryPoint.key`.
  package var history: [String: [HistoryPoint]]
  /// Where the whole run is to be found.
  package var pointer: String
  /// Sections between the summary and the matrix: a comparison, say.
  var sections: [HTMLSection] = []

  package init(
    knownIssues: KnownIssues = KnownIssues(), cases: [CaseListing] = [],
    excerpts: ConsoleExcerpts = ConsoleExcerpts(), history: [String: [HistoryPoint]] = [:],
    pointer: String = "run.json"
  ) {
    self.knownIssues = knownIssues
    self.cases = cases
    self.excerpts = excerpts
    self.history = history
    self.pointer = pointer
  }

  /// Writes the page.
  package func write(_ run: Run, to output: inout some TextOutputStream) {
    let matrix = CaseMatrix(run)
    let title = RunDigest(run, knownIssues: knownIssues).title
    let frame = HTMLFrame(
      title: "faultline: \(title)", style: HTMLStyle.markup, script: HTMLScript.markup)
    output.write(frame.head.source)
    let parts: [HTMLSection] =
      [summary(run, matrix)] + sections + [
        matrixSection(matrix), casesSection(matrix, run), chartsSection(run, matrix), facts(run),
      ]
    let body: Markup = """
      <body>
      <a class="skip-link" href="#matrix">Skip to the matrix</a>
      \(banner(run, parts))
      <main>
      \(parts.map(\.markup))</main>
      <footer>Written by faultline from <code>\(pointer)</code>, which has everything.</footer>
      <script>\(HTMLScript.markup)</script>
      </body>
      </html>

      """
    output.write(body.source)
  }

  /// What a policy calls a script or style that stands in the page.
  static func hash(_ markup: Markup) -> String {
    "sha256-" + Data(SHA256(markup.source).bytes).base64EncodedString()
  }

  private func banner(_ run: Run, _ parts: [HTMLSection]) -> Markup {
    let links = parts.map { part -> Markup in "<a href=\"#\(part.anchor)\">\(part.title)</a>" }
    let status: Markup =
      run.exitStatus == 0
      ? "<span class=\"pill ok\">✓ as expected</span>" : "<span class=\"pill bad\">✗ red</span>"
    let took = run.elapsedMilliseconds.map { ", took \(TextLayout.time(milliseconds: $0))" } ?? ""
    return """
      <header>
      <h1>faultline \(status)</h1>
      <p class="run">run <code>\(CaseWords.cut(run.id, 100))</code> \
      \(CaseWords.cut(run.started ?? "", 40))\(took)</p>
      <nav aria-label="Sections">\(links)<button id="theme" class="js-only" type="button" \
      aria-label="Switch between light and dark">◐</button></nav>
      </header>
      """
  }
}
