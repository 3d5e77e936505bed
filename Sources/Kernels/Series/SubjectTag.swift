/// What stands before the words of a mail's subject: replies' "Re:" and bracketed tags.
struct SubjectTag: Equatable {
  /// The subject has a "Re:", "Aw:", "Sv:" or "Fwd:" before or between its tags.
  var isReply = false
  /// A tag says PATCH, or has a number, as in `[RFC v2 1/3]`.
  var isPatch = false
  var isRFC = false
  var isResend = false
  /// From 1; a subject without one is the first version.
  var version = 1
  /// 0 for a cover letter; nil when the tag has no `N/M`.
  var number: Int?
  var total: Int?
  /// What else the tags say, such as the tree the patch is for: `5.10.y`, `mm-unstable`.
  var words: [String] = []
  /// The subject after all that.
  private(set) var rest = ""

  /// Reads a subject that is decoded and unfolded.
  init(_ subject: String) {
    var text = Substring(subject).drop(while: \.isWhitespace)
    while true {
      if let mark = text.prefixMatch(of: /(?i)(?:re|aw|sv|fwd?)(?:\[\d+\])?:\s*/) {
        isReply = true
        text = text[mark.range.upperBound...]
      } else if let tag = text.prefixMatch(of: /\[([^\]]*)\]\s*/) {
        for word in tag.1.split(whereSeparator: { $0.isWhitespace || $0 == "," }) { take(word) }
        text = text[tag.range.upperBound...]
      } else {
        break
      }
    }
    rest = String(text)
    if number != nil { isPatch = true }
  }

  private mutating func take(_ word: Substring) {
    if let part = word.wholeMatch(of: /(?i)(patch)?v?(\d{1,4})\/(\d{1,4})/),
      let number = Int(part.2), let total = Int(part.3)
    {
      (self.number, self.total) = (number, total)
    } else if let part = word.wholeMatch(of: /(?i)(patch)?v(\d{1,3})(?:\.\d+)?/),
      let version = Int(part.2)
    {
      self.version = version
      if part.1 != nil { isPatch = true }
    } else {
      switch word.uppercased() {
      case "PATCH", "PATCHES": isPatch = true
      case "RFC": isRFC = true
      case "RESEND": isResend = true
      case let other where other.hasPrefix("RFC/") || other.hasSuffix("/RFC"):
        (isRFC, isPatch) = (true, isPatch || other.contains("PATCH"))
      default: words.append(String(word))
      }
    }
  }
}
