/// Standing bars, one for each run, the oldest on the left: what became of something over the nights.
struct NightChart {
  /// One run.
  struct Night {
    let label: String
    let link: PageLink
    /// From the bottom upwards; a class for the colour and what it counts.
    let parts: [(value: Int, style: Markup, name: String)]

    var value: Int { parts.map(\.value).reduce(0, +) }
  }

  let title: String
  let nights: [Night]
  /// How a value is written.
  let word: (Int) -> String

  private static let width = 600
  private static let height = 120

  var markup: Markup {
    let most = nights.map(\.value).max() ?? 0
    guard nights.count > 1, most > 0 else { return .empty }
    let step = min(40, Self.width / nights.count)
    let bars = nights.enumerated().map { bar($0.element, at: $0.offset * step, step, most) }
    let words = nights.map { "\($0.label): \(word($0.value))" }.joined(separator: "; ")
    return """
      <figure><figcaption>\(title) <span class="dim">oldest on the left, at most \(word(most))</span></figcaption>
      <svg viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-label="\(CaseWords.cut(words, 3_000))">
      \(bars)</svg></figure>
      """
  }

  private func bar(_ night: Night, at x: Int, _ step: Int, _ most: Int) -> Markup {
    var y = Self.height
    let parts = night.parts.filter { $0.value > 0 }.map { part -> Markup in
      // Two points at least: one failure among ten thousand must be seen.
      let tall = max(2, part.value * (Self.height - 10) / most)
      y -= tall
      return """
        <rect class="\(part.style)" x="\(x)" y="\(max(0, y))" width="\(max(2, step - 3))" height="\(tall)">\
        <title>\(CaseWords.cut(night.label, 100)) – \(part.name): \(word(part.value))</title></rect>
        """
    }
    return "<a href=\"\(night.link.text)\" tabindex=\"-1\">\(parts)</a>\n"
  }
}
