import Results

/// What each kernel ran on.
extension HTMLReport {
  func facts(_ run: Run) -> HTMLSection {
    let guests = Array(run.guests.prefix(40))
    let keys = Set(guests.flatMap(\.facts.keys)).subtracting(["release"]).sorted()
    let heads = guests.map { guest -> Markup in
      "<th scope=\"col\">\(CaseWords.cut(guest.kernel, 100))</th>"
    }
    let own: [(String, [String])] = [
      ("release", guests.map { $0.release ?? "unknown" }), ("machine", guests.map(\.machine)),
      ("accelerator", guests.map { "\($0.accelerator.rawValue): \($0.acceleratorReason)" }),
      ("boot", guests.map { $0.bootMilliseconds.map { TextLayout.time(milliseconds: $0) } ?? "–" }),
    ]
    let said = keys.map { key in (key, guests.map { $0.facts[key]?.description ?? "" }) }
    let (programs, others) = (
      said.filter { $0.0.hasPrefix("program.") }, said.filter { !$0.0.hasPrefix("program.") }
    )
    let body: Markup =
      guests.isEmpty
      ? "<p>No guest came up.</p>"
      : """
      <p class="dim">Marked rows differ between kernels.</p>
      \(table(heads, own + others))
      <details><summary>Programs, by SHA-256</summary>
      \(table(heads, programs))
      </details>
      """
    return HTMLSection(id: "facts", title: "Machines", body: body)
  }

  private func table(_ heads: [Markup], _ rows: [(String, [String])]) -> Markup {
    let lines = rows.map { key, values -> Markup in
      let differs: Markup = Set(values).count > 1 ? " class=\"differs\"" : ""
      let cells = SpannedCells.markup(values.map { CaseWords.cut($0, 1_000) })
      return "<tr\(differs)><th scope=\"row\">\(CaseWords.cut(key, 100))</th>\(cells)</tr>\n"
    }
    return """
      <div class="scroll"><table class="plain facts"><thead><tr><td></td>\(heads)</tr></thead><tbody>
      \(lines)</tbody></table></div>
      """
  }
}
