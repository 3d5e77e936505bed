import Foundation

/// One mail, or one diff without a mail, as it was found in a SERIES argument.
struct SeriesMessage: Equatable {
  /// Where it is: `0003-mm-fix.patch`, `series.mbox, message 7`.
  let label: String
  let tag: SubjectTag
  /// The subject with its tags, for messages.
  let fullSubject: String
  /// The subject of the commit `git am` would make.
  let subject: String
  let messageID: String?
  /// The ids of the mails it answers, the nearest last.
  let ancestors: [String]
  let form: Patch.Form
  let bytes: Data
  let diff: Data
  /// The paths its diff touches; empty when it has none.
  let names: [String]
  /// Of a base-commit: line.
  let baseCommit: String?

  var hasDiff: Bool { !names.isEmpty }
  var isCover: Bool { tag.isPatch && tag.number == 0 && !tag.isReply }
  /// A numbered patch whose diff got lost is one too: leaving it out would hide the loss.
  var isPatch: Bool {
    guard !tag.isReply, !isCover else { return false }
    return hasDiff || (tag.isPatch && (tag.number ?? 0) > 0)
  }
  var quoted: String { "\(label) (\(fullSubject))" }
}

extension SeriesMessage {
  /// The hash on the first base-commit: line of a text.
  static func baseCommit(in text: Data) -> String? {
    for line in DiffLines(text) where line.hasPrefix("base-commit: ") {
      let hash = line.dropFirst(13).trimmed
      if hash.wholeMatch(of: /[0-9a-f]{7,64}/) != nil { return hash }
    }
    return nil
  }
}
