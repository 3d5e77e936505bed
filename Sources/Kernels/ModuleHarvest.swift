import Foundation

/// Takes the modules that guests want, and all those need, out of a kernel's module tree.
struct ModuleHarvest {
  let steps: [ModuleOrder.Step]
  /// Path of the uncompressed file of each step, by name.
  let files: [String: String]

  /// Something about a module file that keeps it from being used.
  struct Damaged: Error, Equatable, CustomStringConvertible {
    let path: String
    var description: String { "\(path) is not a kernel module (no .modinfo section)" }
  }

  /// Copies the modules into `folder` and decompresses them there; with nil, reads them where they
  /// lie.
  ///
  /// Throws `ChildFailure`, `Damaged` and `ModuleOrder.Broken`.
  init(_ tree: ModuleTree, into folder: String?) async throws {
    var files: [String: String] = [:]
    var needs: [String: [String]] = [:]
    var queue = WantedModule.all.map(\.name)
    while let name = queue.popLast() {
      guard needs[name] == nil, !tree.builtin.contains(name), let source = tree.files[name]
      else { continue }
      let path = try await Self.unpack(source, into: folder)
      guard let bytes = LittleEndianBytes(path: path), let info = ModuleInfo(bytes.data) else {
        throw Damaged(path: source)
      }
      files[name] = path
      needs[name] = info.needs
      queue += info.needs
    }
    steps = try ModuleOrder.of(
      WantedModule.all.map { ($0.name, $0.group) }, needs: needs, builtin: tree.builtin)
    self.files = files
  }

  /// The module files in load order.
  var modules: [ModuleFile] {
    steps.compactMap { step in
      files[step.name].map {
        ModuleFile(name: step.name, group: step.group, path: $0, needs: step.needs)
      }
    }
  }

  private static func unpack(_ source: String, into folder: String?) async throws -> String {
    guard let folder else { return source }
    let file = String(source.split(separator: "/").last ?? "")
    let copy = folder + "/" + file
    try FileManager.default.copyItem(atPath: source, toPath: copy)
    // All three replace FILE.EXT by FILE; zstd keeps the original unless told otherwise.
    let tools = [
      ".xz": ["xz", "-d"], ".zst": ["zstd", "-q", "-d", "--rm"], ".gz": ["gzip", "-d"],
    ]
    for (suffix, command) in tools where file.hasSuffix(suffix) {
      _ = try await ChildProcess(
        command[0], command.dropFirst() + [copy], deadline: FetchDeadline.unpack
      ).output()
      return String(copy.dropLast(suffix.count))
    }
    return copy
  }
}
