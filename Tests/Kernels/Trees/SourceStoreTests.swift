import Foundation
import Testing

@testable import Kernels

@Suite("kernel sources in the cache")
struct SourceStoreTests {
  private let folder: TemporaryFolder
  private let store: SourceStore

  init() throws {
    folder = try TemporaryFolder()
    store = SourceStore(
      cache: KernelCache(directory: folder.path + "/cache"),
      machine: { throw SourceError.missing(path: "no apt in this test") }, report: { _ in })
  }

  /// A tree like a kernel's, in a git repository with two commits of which the first is tagged.
  private func makeTree() async throws -> String {
    let root = folder.path + "/linux"
    try FileManager.default.createDirectory(
      atPath: root + "/mm", withIntermediateDirectories: true)
    for (path, text) in [
      "Makefile": "VERSION = 6\nPATCHLEVEL = 12\n", "Kconfig": "\n", "mm/Makefile": "\n",
      "mm/a.c": "first\n", ".gitignore": "*.o\n",
    ] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: root + "/" + path))
    }
    try await git(root, ["init", "-q"])
    try await commit(root, "one")
    try await git(root, ["tag", "v6.12"])
    try Data("second\n".utf8).write(to: URL(fileURLWithPath: root + "/mm/a.c"))
    try await commit(root, "two")
    return root
  }

  private func git(_ root: String, _ arguments: [String]) async throws {
    let identity = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
    _ = try await ChildProcess(
      "git", ["-C", root] + identity + arguments, deadline: .seconds(60)
    ).output()
  }

  private func commit(_ root: String, _ message: String) async throws {
    try await git(root, ["add", "-A"])
    try await git(root, ["commit", "-q", "-m", message])
  }

  private func text(_ tree: SourceTree, _ path: String) -> String? {
    FileManager.default.contents(atPath: tree.root + "/" + path).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  @Test("a git tree at a revision has that revision's files, once, and cannot be written to")
  func revision() async throws {
    let root = try await makeTree()
    let origin = SourceOrigin.git(path: root, revision: "v6.12", given: "linux@v6.12")
    let tree = try await store.tree(origin)
    #expect(text(tree, "mm/a.c") == "first\n")
    #expect(tree.origin == "git v6.12")
    #expect(try await store.tree(origin) == tree)
    let mode =
      try FileManager.default.attributesOfItem(atPath: tree.root + "/mm/a.c")[.posixPermissions]
      as? Int
    #expect(mode == 0o444)
    await #expect(throws: SourceError.unknownRevision(path: root, revision: "v9")) {
      try await store.tree(.git(path: root, revision: "v9", given: "linux@v9"))
    }
  }

  @Test("a working tree is taken with its changes and new files, without what git ignores")
  func workingTree() async throws {
    let root = try await makeTree()
    try Data("changed\n".utf8).write(to: URL(fileURLWithPath: root + "/mm/a.c"))
    try Data("new\n".utf8).write(to: URL(fileURLWithPath: root + "/mm/b.c"))
    try Data("object\n".utf8).write(to: URL(fileURLWithPath: root + "/mm/b.o"))
    let tree = try await store.tree(.directory(path: root, given: "linux"))
    #expect(text(tree, "mm/a.c") == "changed\n")
    #expect(text(tree, "mm/b.c") == "new\n")
    #expect(text(tree, "mm/b.o") == nil)
    // The user's own index and objects are untouched.
    let status = try await ChildProcess(
      "git", ["-C", root, "status", "--porcelain"], deadline: .seconds(60)
    ).output()
    #expect(status == " M mm/a.c\n?? mm/b.c\n")
    try Data("changed again\n".utf8).write(to: URL(fileURLWithPath: root + "/mm/a.c"))
    let later = try await store.tree(.directory(path: root, given: "linux"))
    #expect(later.id != tree.id)
    #expect(text(tree, "mm/a.c") == "changed\n")
  }

  @Test("a live tree is named by what it holds, and must not be built in place")
  func live() async throws {
    let root = try await makeTree()
    let tree = try await store.live(root)
    #expect(tree.isLive)
    #expect(tree.root == URL(fileURLWithPath: root).resolvingSymlinksInPath().path)
    #expect(try await store.live(root).id == tree.id)
    try Data().write(to: URL(fileURLWithPath: root + "/.config"))
    await #expect(throws: SourceError.self) { try await store.live(root) }
  }

  @Test("a tarball is unpacked without its top folder; a damaged one is an error")
  func tarball() async throws {
    let root = try await makeTree()
    let archive = folder.path + "/linux.tar.xz"
    _ = try await ChildProcess(
      "tar", ["-C", folder.path, "--exclude=.git", "-cJf", archive, "linux"],
      deadline: .seconds(60)
    ).output()
    let tree = try await store.tree(.tarball(path: archive, given: "linux.tar.xz"))
    #expect(text(tree, "mm/a.c") == "second\n")
    let whole = try Data(contentsOf: URL(fileURLWithPath: archive))
    let cut = folder.path + "/cut.tar.xz"
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: cut))
    let error = await #expect(throws: SourceError.self) {
      try await store.tree(.tarball(path: cut, given: "cut.tar.xz"))
    }
    #expect(error?.description.hasPrefix("cut.tar.xz cannot be unpacked: ") == true)
    _ = root
  }

  @Test("a folder without git is copied as it is; one that is no kernel's is refused")
  func plainFolder() async throws {
    let root = try await makeTree()
    try FileManager.default.removeItem(atPath: root + "/.git")
    let tree = try await store.tree(.directory(path: root, given: "linux"))
    #expect(text(tree, "mm/a.c") == "second\n")
    try FileManager.default.removeItem(atPath: root + "/mm/Makefile")
    await #expect(throws: SourceError.notAKernel(given: "linux", lacks: "mm/Makefile")) {
      try await store.tree(.directory(path: root, given: "linux"))
    }
  }
}
