/// Why a patch does not apply.
package struct PatchRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Reason: Sendable, Equatable {
    /// A hunk's lines are nowhere in the file.
    case mismatch
    /// Neither the source nor an earlier patch has the file.
    case missingFile
    /// The patch makes a file that is there.
    case existingFile
    /// The path leaves the tree, names git's own files or goes through a symbolic link.
    case forbiddenPath
    /// The diff is cut short or mangled at `line` of it.
    case corrupt
    /// There is no diff in the mail.
    case empty
    /// The source already is as the patch would leave it.
    case alreadyApplied
    case other
  }

  /// The patch's place in the series, from 1.
  package let index: Int
  package let subject: String
  /// Where the patch was read.
  package let file: String
  package let reason: Reason
  /// The file of the kernel.
  package let path: String?
  /// The hunk of that file, from 1, and how many there are.
  package let hunk: Int?
  package let hunks: Int?
  /// The line of `path` where the hunk says it belongs; of the diff when it is corrupt.
  package let line: Int?
  package let nearest: NearestPlace?
  /// What git said, its lines joined.
  package let words: String

  package var description: String {
    "patch \(index) (“\(subject)”, \(file)) does not apply: \(explanation)"
  }

  private static let otherBase =
    "try: the source the series was made for as the base, or git rebase the series onto this one"

  private var explanation: String {
    let path = path ?? "a file"
    switch reason {
    case .mismatch: return "\(place) matches nowhere\(nearestWords); \(mismatchCure)"
    case .missingFile:
      return "there is no \(path), neither in the source nor made by an earlier patch; "
        + Self.otherBase
    case .existingFile:
      return "it makes \(path), which is there already; " + Self.otherBase
    case .forbiddenPath:
      return "git refuses its path: \(words); try: a patch made by git format-patch in the root "
        + "of the kernel tree"
    case .corrupt:
      return "its diff is damaged at line \(line ?? 0) (git: \(words)); try: the mail as the list "
        + "archive has it, from b4 am MESSAGE-ID"
    case .empty:
      return "it has no diff; try: the mail as the list archive has it, or leave it out of the "
        + "series"
    case .alreadyApplied:
      return "\(path) already is as the patch would leave it; try: leave the patch out of the "
        + "series, or an older source as the base"
    case .other: return "\(words); try: git am on a tree of the base"
    }
  }

  private var place: String {
    let lines = line.map { ", which belongs at line \($0)," } ?? ""
    guard let hunk, let hunks else { return "a hunk in \(path ?? "a file")\(lines)" }
    return "hunk \(hunk) of \(hunks) in \(path ?? "a file")\(lines)"
  }

  private var nearestWords: String {
    guard let nearest else { return "" }
    let difference =
      "line \(nearest.differingLine) is “\(Self.visible(nearest.found))”, the patch has "
      + "“\(Self.visible(nearest.wanted))”"
    return nearest.isWhiteSpaceOnly
      ? "; at line \(nearest.line) only white space differs: \(difference)"
      : "; nearest is line \(nearest.line), where \(nearest.agreeing) of \(nearest.expected) "
        + "lines agree: \(difference)"
  }

  /// A line of source on one line of a message.
  private static func visible(_ line: String) -> String {
    let text = line.unicodeScalars.map { scalar in
      switch scalar {
      case "\t": "\\t"
      case "\r": "\\r"
      default: scalar.value < 0x20 ? "?" : String(scalar)
      }
    }.joined()
    return text.count > 100 ? text.prefix(99) + "…" : text
  }

  private var mismatchCure: String {
    guard nearest?.isWhiteSpaceOnly == true else { return Self.otherBase }
    return "try: the mail as the list archive has it, from b4 am MESSAGE-ID; a mailer changed it"
  }
}
