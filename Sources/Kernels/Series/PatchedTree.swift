import Foundation

/// A git tree with only the files a series touches.
struct PatchedTree {
  /// Where the first commit, the pristine files, is found again.
  private static let base = "refs/tags/base"

  private let root: String
  private let gitDirectory: String
  private let patchFile: String
  private let source: String

  /// Makes the folders; the repository stands beside the tree, so that no patch can name it.
  init(scratch: String, sourceRoot: String) throws {
    let scratch = URL(fileURLWithPath: scratch).standardizedFileURL.path
    (root, gitDirectory) = (scratch + "/tree", scratch + "/git")
    patchFile = scratch + "/patch"
    source = URL(fileURLWithPath: sourceRoot).standardizedFileURL.path
    for folder in [root, gitDirectory] {
      if FileManager.default.fileExists(atPath: folder) {
        try FileManager.default.removeItem(atPath: folder)
      }
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
  }

  /// Copies what the patches touch from the source and commits it.
  func prepare(for patches: [Patch]) async throws {
    var copy = SourceCopy(from: source, to: root)
    for path in Set(patches.flatMap(\.files)).sorted() { try copy.take(path) }
    try await git("init", "--quiet", "--template=").output()
    let information = gitDirectory + "/info"
    try FileManager.default.createDirectory(
      atPath: information, withIntermediateDirectories: true)
    // A .gitattributes that a patch touches must not change the bytes of other files.
    try Data("* -text -ident -filter -working-tree-encoding\n".utf8)
      .write(to: URL(fileURLWithPath: information + "/attributes"))
    try await git("add", "--all", "--force", ".").output()
    try await git("commit", "--quiet", "--allow-empty", "--message=base").output()
    try await git("update-ref", Self.base, "HEAD").output()
  }

  /// Applies one patch as a commit, or says why git refuses it.
  func apply(_ patch: Patch) async throws -> PatchRefusal? {
    try patch.bytes.write(to: URL(fileURLWithPath: patchFile))
    let ending = try await tryApply(patch)
    guard !ending.succeeded else { return nil }
    let reader = RefusalReader(patch: patch, errors: ending.errors, tree: root)
    return reader.refusal(isApplied: try await isApplied(patch))
  }

  private func tryApply(_ patch: Patch) async throws -> ChildProcess.Ending {
    guard case .mail(let mailbox) = patch.form else {
      let ending = try await git("apply", "--index", patchFile).run()
      if ending.succeeded {
        try await git("commit", "--quiet", "--allow-empty", "--message=\(patch.file)").output()
      }
      return ending
    }
    let format = mailbox == .mbox ? "--patch-format=mbox" : "--patch-format=mboxrd"
    let carriage = mailbox == .commit ? "--keep-cr" : "--no-keep-cr"
    let ending = try await git("am", "--quiet", format, carriage, patchFile).run()
    // Mailers that encode a body as base64 put carriage returns in that git am leaves there.
    guard !ending.succeeded, ending.errors.contains("quoted CRLF detected") else { return ending }
    try await git("am", "--abort").output()
    return try await git("am", "--quiet", format, "--quoted-cr=strip", patchFile).run()
  }

  /// True when the source already is as the patch would leave it.
  private func isApplied(_ patch: Patch) async throws -> Bool {
    guard !patch.files.isEmpty else { return false }
    try patch.diff.write(to: URL(fileURLWithPath: patchFile))
    return try await git("apply", "--check", "--reverse", patchFile).run().succeeded
  }

  /// The difference to the pristine files; contents that `before` has already are shared with it.
  func change(after before: SourceChange) async throws -> SourceChange {
    let listing = try await git(
      "diff-tree", "-r", "-z", "--raw", "--no-renames", Self.base, "HEAD"
    ).output()
    let fields = listing.split(separator: "\0")
    var files: [String: SourceChange.File?] = [:]
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let path = String(fields[index + 1])
      // ":100644 100755 HASH HASH M": the second mode is the present one.
      let mode = fields[index].split(separator: " ").dropFirst().first
      files[path] = .some(try file(path, mode: mode, before: before.files[path] ?? nil))
    }
    return SourceChange(files: files)
  }

  private func file(
    _ path: String, mode: Substring?, before: SourceChange.File?
  ) throws -> SourceChange.File? {
    let place = root + "/" + path
    let file: SourceChange.File
    switch mode {
    case "000000": return nil
    case "120000":
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: place)
      file = SourceChange.File(kind: .symbolicLink, content: Data(target.utf8))
    default:
      file = SourceChange.File(
        kind: .regular(isExecutable: mode == "100755"),
        content: try Data(contentsOf: URL(fileURLWithPath: place)))
    }
    return file == before ? before : file
  }

  private func git(_ arguments: String...) -> GitCommand {
    GitCommand(
      [
        "-C", root, "--git-dir=" + gitDirectory, "--work-tree=" + root,
        "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "gc.auto=0",
        "-c", "core.quotePath=false",
      ] + arguments)
  }
}
