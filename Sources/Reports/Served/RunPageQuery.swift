package import Results

/// What the page of a run shows of its matrix, as its address says it.
package struct RunPageQuery: Equatable, Sendable {
  /// Rows on one page.
  package static let size = 200
  /// Longer searches are cut.
  private static let maximumText = 200

  package var run: String
  package var text = ""
  /// Letters of `VerdictMark`.
  package var letters = ""
  /// The place of a kernel.
  package var column: Int?
  package var differs = false
  /// From 1.
  package var page = 1

  package init(run: String, letters: String = "") {
    self.run = run
    self.letters = letters
  }

  /// Reads what stands behind the question mark; what makes no sense is left out.
  package init(run: String, _ value: (String) -> String?) {
    self.run = run
    text = String((value("q") ?? "").prefix(Self.maximumText))
    let known = Set(VerdictMark.all.map(\.letter.source))
    letters = String((value("v") ?? "").prefix(20).filter { known.contains(String($0)) })
    column = value("on").flatMap { Int($0) }.flatMap { (0..<10_000).contains($0) ? $0 : nil }
    differs = value("d") == "1"
    page = value("page").flatMap { Int($0) }.map { min(max($0, 1), 1_000_000) } ?? 1
  }

  package var isFiltered: Bool { !text.isEmpty || !letters.isEmpty || differs }

  /// What must stand in a row.
  package var words: [String] {
    text.lowercased().split(whereSeparator: \.isWhitespace).prefix(8).map(String.init)
  }

  /// The verdicts that are looked for; nil stands for whatever a known issue explains.
  package var marks: [(verdict: Verdict?, isKnown: Bool)] {
    letters.compactMap { letter in
      if letter == "k" { return (nil, true) }
      let verdict = Verdict.allCases.first {
        VerdictMark($0, isKnown: false).letter.source == String(letter)
      }
      return verdict.map { ($0, false) }
    }
  }

  var link: PageLink {
    PageLink(
      .run,
      [
        ("run", run), ("q", text), ("v", letters), ("on", column.map(String.init) ?? ""),
        ("d", differs ? "1" : ""), ("page", page > 1 ? String(page) : ""),
      ])
  }

  func turned(to page: Int) -> Self { changed { $0.page = page } }

  func differing() -> Self {
    changed {
      $0.differs.toggle()
      $0.page = 1
    }
  }

  func toggled(_ letter: String) -> Self {
    changed {
      $0.letters =
        letters.contains(letter)
        ? letters.filter { String($0) != letter } : letters + letter
      $0.page = 1
    }
  }

  private func changed(_ change: (inout Self) -> Void) -> Self {
    var query = self
    change(&query)
    return query
  }
}
