import Foundation

/// One patch, as `git am` or `git apply` takes it.
package struct Patch: Sendable, Equatable {
  /// 1 for the first of the series.
  package let index: Int
  /// Without `[PATCH …]` and without "Re:".
  package let subject: String
  /// Where it was read, for messages and reports: `0003-mm-fix.patch`, `series.mbox, message 7`.
  package let file: String
  /// Without its angle brackets; nil for a diff, and for mails that have none.
  package let messageID: String?
  /// The paths it touches, old and new names, without `a/` and `b/`.
  package let files: [String]
  /// Who applies it.
  let form: Form
  /// The mail or the diff as it was read.
  let bytes: Data
  /// The diff in it, decoded.
  let diff: Data

  /// What the bytes of a patch are.
  enum Form: Sendable, Equatable {
    /// For `git am`.
    case mail(Mailbox)
    /// For `git apply`.
    case diff
  }

  /// How a mail was stored.
  enum Mailbox: Sendable, Equatable {
    case mbox
    /// With a ">" in front of the body's lines that begin with "From ", as list archives do.
    case mboxrd
    /// In mboxrd by git itself: its carriage returns are the file's, not the mail's.
    case commit
  }
}
