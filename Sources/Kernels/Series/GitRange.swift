import Foundation

/// Commits of a git tree, given as `DIR@A..B`.
struct GitRange {
  /// For `format-patch` of a long range; measured 0.2 s for 26 commits, more with cold caches.
  private static let deadline = Duration.seconds(600)

  let argument: String
  let directory: String
  let range: String

  /// Nil when the argument is not of that form; a file of that name goes before.
  ///
  /// - Throws: `SeriesError.noTree`.
  init?(_ argument: String) throws {
    guard !FileManager.default.fileExists(atPath: argument), argument.contains("@"),
      argument.contains("..")
    else { return nil }
    // Directories and revisions (`HEAD@{1}`) may both hold an @.
    for place in argument.indices where argument[place] == "@" {
      let range = argument[argument.index(after: place)...]
      guard range.contains(".."), !range.contains("/../") else { continue }
      let directory = place == argument.startIndex ? "." : String(argument[..<place])
      var isDirectory: ObjCBool = false
      if FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory),
        isDirectory.boolValue
      {
        (self.argument, self.directory, self.range) = (argument, directory, String(range))
        return
      }
    }
    throw SeriesError.noTree(argument: argument)
  }

  /// Writes the commits as mails, in order, and returns the commit before the first.
  ///
  /// - Throws: `SeriesError.badRange`, `.emptyRange`, `.merges`; `ChildFailure`.
  func write(to mailbox: String) async throws -> String? {
    let commits = try await list(["--reverse", "--format=%H %P"])
    guard let first = commits.first else { throw SeriesError.emptyRange(argument: argument) }
    let merges = try await list(["--merges", "--format=%h %s"])
    guard merges.isEmpty else {
      throw SeriesError.merges(argument: argument, merges: merges)
    }
    // Each option undoes a setting of the user's or of the tree's.
    try await git(
      [
        "format-patch", "--stdout", "--numbered", "--start-number=1", "--no-cover-letter",
        "--subject-prefix=PATCH", "--pretty=mboxrd", "--no-attach", "--no-thread",
        "--no-signature", "--no-notes", "--no-from", "--no-to", "--no-cc", "--no-add-header",
        "--no-base", "--no-ext-diff", "--no-textconv", "--no-color", "--no-relative",
        "--no-renames", "--binary", "--full-index", "--unified=3", "--src-prefix=a/",
        "--dst-prefix=b/", "--always", range, "--",
      ], output: mailbox
    ).output()
    return first.split(separator: " ").dropFirst().first.map(String.init)
  }

  private func list(_ options: [String]) async throws -> [String] {
    let ending = try await git(
      ["log", "--no-show-signature", "--no-color"] + options + [range, "--"]
    ).run()
    guard ending.succeeded else {
      let why = ending.errors.split(separator: "\n").first.map(\.trimmed) ?? "git log failed"
      throw SeriesError.badRange(
        argument: argument, why: why.hasPrefix("fatal: ") ? String(why.dropFirst(7)) : why)
    }
    return ending.output.split(separator: "\n").map(String.init)
  }

  private func git(_ arguments: [String], output: String = "") -> GitCommand {
    GitCommand(
      ["-C", directory, "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false"]
        + arguments, settings: .user, output: output, deadline: Self.deadline)
  }
}
