import Foundation
import Results

/// What KCIDB takes for a path, a word of an id, and a text.
enum KCIDBPath {
  /// As much of a log as one object may hold, in characters.
  static let maximumExcerpt = 16_384

  /// `boot`, or `faultline.SUITE.CASE` with a dot for each slash and `_` for what a path cannot hold.
  static func of(_ planned: PlannedCase) -> String {
    if planned.isBoot { return "boot" }
    let name = String(planned.name.unicodeScalars.prefix(200).map { Character($0) })
    let parts = ["faultline", planned.suite] + name.split(separator: "/").map(String.init)
    let words = parts.flatMap { $0.split(separator: ".") }.map { word in
      String(word.unicodeScalars.prefix(200).map { isAllowed($0) ? Character($0) : "_" })
    }
    return words.joined(separator: ".")
  }

  /// Lower-case letters, digits, `_` and `-`.
  static func word(_ text: String) -> String {
    String(
      text.lowercased().unicodeScalars.prefix(200).map { isAllowed($0) ? Character($0) : "_" })
  }

  /// One line without anything that a terminal or page would obey.
  static func text(_ text: some StringProtocol) -> String {
    CaseWords.cut(Escaping.terminal(CaseWords.cut(String(text), 4_000)), 4_000)
  }

  /// Several such lines, as many as fit.
  static func excerpt(_ text: String) -> String {
    String(Escaping.lines(CaseWords.cut(text, maximumExcerpt)).prefix(maximumExcerpt))
  }

  static func isWebAddress(_ text: String) -> Bool {
    text.hasPrefix("https://") && !text.contains { $0.isWhitespace }
      && URL(string: text)?.host() != nil
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_", "-": true
    default: false
    }
  }
}
