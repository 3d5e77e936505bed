import Foundation
import Glibc

/// A source tree that builds work on: hard links to a pristine one, with one series of changes on
/// top, and a folder of objects for each configuration.
///
/// Going from one state to the next touches only the files that differ, so that make builds only
/// what depends on them. Only for the one who holds the tree's lock.
struct WarmTree {
  /// Absolute path of the folder that has `src`, `out-*` and the state.
  let folder: String
  let pristine: SourceTree

  /// The patched source.
  var source: String { pristine.isLive ? pristine.root : folder + "/src" }
  /// Where make's output goes.
  var log: String { folder + "/make.log" }

  private var state: String { folder + "/state.json" }
  private let files = FileManager.default

  /// Links the files, unless that was done before.
  func prepare() async throws {
    guard !pristine.isLive, !files.fileExists(atPath: source) else { return }
    let staging = folder + "/.staging"
    if files.fileExists(atPath: staging) { try files.removeItem(atPath: staging) }
    let copy = ChildProcess(
      "cp", ["-al", pristine.root, staging], deadline: SourceStore.unpackDeadline)
    if try await !copy.run().succeeded {
      // Another file system, or one without hard links.
      if files.fileExists(atPath: staging) { try files.removeItem(atPath: staging) }
      _ = try await ChildProcess(
        "cp", ["-a", pristine.root, staging], deadline: SourceStore.unpackDeadline
      ).output()
    }
    try files.moveItem(atPath: staging, toPath: source)
  }

  /// Makes the source the pristine one with `change` on top; returns the paths that were written.
  func apply(_ change: SourceChange) throws -> [String] {
    precondition(!pristine.isLive || change.files.isEmpty, "a live tree is never written to")
    if pristine.isLive { return [] }
    let before = try touched()
    let wanted = Set(change.files.keys)
    // Written first: after a crash on the way everything that may differ is known.
    try remember(before.union(wanted))
    var written: [String] = []
    for path in before.union(wanted).sorted() {
      if try place(change.files[path], at: path) { written.append(path) }
    }
    try remember(wanted)
    return written
  }

  /// Puts one file into its state; false when it is in it already.
  private func place(_ wanted: SourceChange.File??, at path: String) throws -> Bool {
    let target = source + "/" + path
    switch wanted {
    case .some(.some(let file)):
      return try write(file, to: target)
    case .some(.none):
      return try remove(target)
    case .none:
      guard let file = try SourceChange.File(path: pristine.root + "/" + path) else {
        return try remove(target)
      }
      return try write(file, to: target)
    }
  }

  private func remove(_ path: String) throws -> Bool {
    guard files.fileExists(atPath: path) else { return false }
    try files.removeItem(atPath: path)
    return true
  }

  /// Writes a new file in the place of the link, so that the pristine one stays as it is and make
  /// sees a new time.
  private func write(_ file: SourceChange.File, to path: String) throws -> Bool {
    if try SourceChange.File(path: path) == file { return false }
    try files.createDirectory(
      atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path,
      withIntermediateDirectories: true)
    _ = try remove(path)
    try file.write(to: path)
    return true
  }

  private func touched() throws -> Set<String> {
    guard let data = files.contents(atPath: state) else { return [] }
    return Set(try JSONDecoder().decode([String].self, from: data))
  }

  private func remember(_ paths: Set<String>) throws {
    let data = try JSONEncoder().encode(paths.sorted())
    try data.write(to: URL(fileURLWithPath: state), options: .atomic)
  }
}
