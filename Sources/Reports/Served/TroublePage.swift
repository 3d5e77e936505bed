/// An answer that is no page: what went wrong, in words.
package struct TroublePage: Sendable {
  package var title: String
  package var words: String

  package init(title: String, words: String) {
    self.title = title
    self.words = words
  }

  package var text: String {
    ServedFrame(title: "faultline: \(title)")
      .page("<h2>\(title)</h2>\n<p>\(CaseWords.cut(words, 2_000))</p>\n")
  }
}
