import Results

/// Earlier results of a case on a kernel, oldest first, as a row of small squares.
struct HistoryStrip {
  /// More than these, and only the newest are shown.
  static let maximumPoints = 30

  let points: [HistoryPoint]

  init(_ points: [HistoryPoint]) {
    self.points = Array(points.suffix(Self.maximumPoints))
  }

  var markup: Markup {
    let squares = points.enumerated().map { index, point -> Markup in
      let mark = VerdictMark(point.verdict, isKnown: point.isKnown)
      let label = "\(point.started ?? point.run): \(mark.word)"
      return """
        <rect class="\(mark.letter)" x="\(index * 12)" y="0" width="10" height="16">\
        <title>\(label)</title></rect>
        """
    }
    let words = points.map { VerdictMark($0.verdict, isKnown: $0.isKnown).word }
    return """
      <svg class="strip" role="img" width="\(points.count * 12)" height="16" \
      aria-label="\(words.joined(separator: ", "))">\(squares)</svg>
      """
  }
}
