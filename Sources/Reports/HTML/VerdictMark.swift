import Results

/// How the page shows a verdict: a class for its colour, a glyph, and the word.
struct VerdictMark: Hashable {
  /// One letter, also in the rows' `data-v`.
  let letter: Markup
  let glyph: Markup
  let word: String

  private init(_ letter: Markup, _ glyph: Markup, _ word: String) {
    self.letter = letter
    self.glyph = glyph
    self.word = word
  }

  static func == (left: Self, right: Self) -> Bool { left.letter == right.letter }
  func hash(into hasher: inout Hasher) { hasher.combine(letter.source) }

  /// All there are, in the order of the legend.
  static let all =
    FailureList.severity.map { VerdictMark($0, isKnown: false) } + [
      known, VerdictMark(.skip, isKnown: false), VerdictMark(.pass, isKnown: false), none,
    ]
  /// A red result that a known issue explains.
  static let known = VerdictMark("k", "~", "known")
  /// The case was not planned there.
  static let none = VerdictMark("n", "·", "not planned")

  init(_ result: CaseResult) {
    self.init(result.verdict, isKnown: result.knownIssue != nil)
  }

  init(_ verdict: Verdict, isKnown: Bool) {
    if isKnown, verdict.isRed {
      self = Self.known
      return
    }
    let word = verdict.rawValue
    self =
      switch verdict {
      case .pass: VerdictMark("p", "✓", word)
      case .fail: VerdictMark("f", "✗", word)
      case .skip: VerdictMark("s", "–", word)
      case .unexercised: VerdictMark("u", "∅", word)
      case .error: VerdictMark("e", "!", word)
      case .crash: VerdictMark("c", "✗", word)
      case .hang: VerdictMark("h", "⧖", word)
      case .lost: VerdictMark("l", "?", word)
      case .missing: VerdictMark("m", "∄", word)
      }
  }

  /// Glyph and word in the verdict's colour.
  var badge: Markup { "<span class=\"v \(letter)\">\(glyph) \(word)</span>" }
}
