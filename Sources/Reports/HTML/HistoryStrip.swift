import Results

/// Earlier results of a case on a kernel, oldest first, as a row of small squares.
struct HistoryStrip {
  /// More than these, and only the newest are shown.
  static let maximumPoints = 30

  let points: [HistoryPoint]

  init(_ points: [HistoryPoint]) {
    self.points = Array(points.suffix(Self.maximumPoints))
  }

  private var marks: [VerdictMark] { points.map { VerdictMark($0.verdict, isKnown: $0.isKnown) } }

  /// The strip, or a few words where all agree.
  var line: Markup {
    let marks = marks
    guard let first = marks.first, marks.allSatisfy({ $0 == first }), marks.count > 1 else {
      return markup { _, square in square }
    }
    return "\(first.badge) in all of the last \(marks.count) runs"
  }

  /// The squares, each in what `wrap` puts around it, a link say.
  func markup(_ wrap: (HistoryPoint, Markup) -> Markup) -> Markup {
    let squares = zip(points, marks).enumerated().map { index, both -> Markup in
      let (point, mark) = both
      let label = "\(CaseWords.cut(point.started ?? point.run, 60)): \(mark.word)"
      return wrap(
        point,
        """
        <rect class="\(mark.letter)" x="\(index * 12)" y="0" width="10" height="16">\
        <title>\(label)</title></rect>
        """)
    }
    return """
      <svg class="strip" role="img" width="\(points.count * 12)" height="16" \
      aria-label="\(marks.map(\.word).joined(separator: ", "))">\(squares)</svg>
      """
  }
}
