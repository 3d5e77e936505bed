import Foundation

/// A git tree on this machine that kernels are taken from; never written to.
struct GitTree {
  let path: String
  /// Where an index and objects of our own go; needed for the working tree only.
  let scratch: String

  init(path: String, scratch: String = "") {
    self.path = path
    self.scratch = scratch
  }

  /// The hash of a revision's tree; nil when git does not know the revision.
  func hash(of revision: String) async throws -> String? {
    let ending = try await git([
      "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{tree}",
    ]).run()
    return ending.succeeded ? ending.output.trimmed : nil
  }

  /// The short name of a revision's commit, with its tag where it has one.
  func commit(of revision: String) async throws -> String {
    let name = try await git(["describe", "--tags", "--always", "--abbrev=12", revision]).run()
    return name.succeeded ? name.output.trimmed : revision
  }

  /// The hash of the tree as it is on disk: tracked files with their changes, and new files that
  /// are not ignored.
  func hashOfWorkingTree() async throws -> String {
    let index = try await git(["rev-parse", "--git-path", "index"]).output().trimmed
    let source = index.hasPrefix("/") ? index : path + "/" + index
    if FileManager.default.fileExists(atPath: source) {
      // With the tree's own index git reads only the files that changed.
      try FileManager.default.copyItem(atPath: source, toPath: scratch + "/index")
    }
    _ = try await git(["add", "--all"]).output()
    return try await git(["write-tree"]).output().trimmed
  }

  /// Writes the files of a tree below a folder.
  func export(_ hash: String, into folder: String) async throws {
    let archive = folder + ".tar"
    _ = try await git(["archive", "--format=tar", "-o", archive, hash]).output()
    _ = try await ChildProcess(
      "tar", ["-xf", archive, "-C", folder, "--no-same-owner", "--no-same-permissions"],
      deadline: SourceStore.unpackDeadline
    ).output()
    try FileManager.default.removeItem(atPath: archive)
  }

  private func git(_ arguments: [String]) -> ChildProcess {
    var environment = ["GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory"]
    environment["GIT_CONFIG_VALUE_0"] = "*"
    if !scratch.isEmpty {
      environment["GIT_INDEX_FILE"] = scratch + "/index"
      environment["GIT_OBJECT_DIRECTORY"] = scratch
      environment["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = objects
    }
    return ChildProcess(
      "git", ["-C", path] + arguments, environment: environment,
      deadline: SourceStore.unpackDeadline)
  }

  /// The tree's own objects; a linked work tree has them in the main one.
  private var objects: String {
    guard let text = FileManager.default.contents(atPath: path + "/.git"),
      let line = String(decoding: text, as: UTF8.self).split(separator: "\n").first,
      line.hasPrefix("gitdir: ")
    else { return path + "/.git/objects" }
    let gitDirectory = String(line.dropFirst("gitdir: ".count))
    let common =
      FileManager.default.contents(atPath: gitDirectory + "/commondir")
      .map { String(decoding: $0, as: UTF8.self).trimmed } ?? "."
    return URL(fileURLWithPath: gitDirectory + "/" + common).standardizedFileURL.path + "/objects"
  }
}
