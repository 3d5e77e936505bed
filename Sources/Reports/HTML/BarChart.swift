/// Lying bars, each with a label before it and a note behind.
struct BarChart {
  /// A stretch of a bar.
  struct Part {
    let value: Int
    /// The class of its colour.
    let style: Markup
    let name: String
  }

  /// A bar of one or more stretches.
  struct Bar {
    let label: String
    let parts: [Part]
    let note: String

    var value: Int { parts.map(\.value).reduce(0, +) }
  }

  let title: String
  let bars: [Bar]

  private static let labelWidth = 130
  private static let barWidth = 300
  private static let noteWidth = 190
  private static let rowHeight = 18

  var markup: Markup {
    guard !bars.isEmpty else { return .empty }
    let most = max(1, bars.map(\.value).max() ?? 1)
    let width = Self.labelWidth + Self.barWidth + Self.noteWidth
    let height = bars.count * Self.rowHeight
    let words = bars.prefix(60).map { "\($0.label) \($0.note)" }.joined(separator: "; ")
    return """
      <figure><figcaption>\(title)</figcaption>
      <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(CaseWords.cut(words, 2_000))">
      \(bars.enumerated().map { bar($0.element, at: $0.offset * Self.rowHeight, most) })</svg>
      </figure>
      """
  }

  /// A small bar for a table's cell, as long as `value` is of `most`.
  static func cell(_ value: Int, of most: Int) -> Markup {
    let width = value == 0 ? 0 : max(1, value * 60 / most)
    return """
      <svg class="cell" width="64" height="10" aria-hidden="true"><rect class="t" width="\(width)" \
      height="10"/></svg>
      """
  }

  private func bar(_ bar: Bar, at y: Int, _ most: Int) -> Markup {
    var parts: [Markup] = []
    var done = 0
    for part in bar.parts {
      let start = Self.labelWidth + done * Self.barWidth / most
      done += part.value
      let end = Self.labelWidth + done * Self.barWidth / most
      parts.append(
        """
        <rect class="\(part.style)" x="\(start)" y="\(y + 3)" width="\(max(1, end - start))" \
        height="12"><title>\(part.name): \(bar.parts.count > 1 ? String(part.value) : bar.note)\
        </title></rect>
        """)
    }
    let end = Self.labelWidth + done * Self.barWidth / most
    return """
      <text class="label" x="\(Self.labelWidth - 6)" y="\(y + 13)">\(TextLayout.cut(bar.label, 20))</text>\
      \(parts)<text x="\(end + 6)" y="\(y + 13)">\(TextLayout.cut(bar.note, 28))</text>

      """
  }
}
