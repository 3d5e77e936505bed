import Foundation

/// What `--kernel` can mean.
package enum KernelSource: Sendable, Equatable {
  /// A catalogue name.
  case catalog(CatalogEntry)
  /// Absolute path of an image file; `given` is what the user typed.
  case image(path: String, given: String)
  /// Absolute path of a build tree; `given` is what the user typed.
  case tree(path: String, given: String)

  /// Decides what a text means, without fetching anything: a catalogue name first, then a path.
  ///
  /// - Throws: `UnknownKernel` for what looks like a name, `KernelPathError` for what looks like a
  ///   path. Both are the user's mistake (exit status 64).
  package static func parse(_ text: String, catalog: KernelCatalog) throws -> KernelSource {
    if let entry = catalog.entries.first(where: { $0.name == text }) { return .catalog(entry) }
    let path = absolute(text)
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      if text.contains("/") { throw KernelPathError.missing(path: text) }
      throw UnknownKernel(
        name: text, nearest: NearestNames.of(text, among: catalog.names), known: catalog.names)
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw KernelPathError.unreadable(path: text)
    }
    if isDirectory.boolValue { return .tree(path: path, given: text) }
    guard FileFacts(path: path) != nil else { throw KernelPathError.notAFile(path: text) }
    return .image(path: path, given: text)
  }

  /// The kernel a text means, fetched when it is a catalogue name that is not in the cache.
  ///
  /// - Throws: as `parse`, and what `KernelFetcher.kernel(_:freshness:)` throws.
  package static func resolve(
    _ text: String, catalog: KernelCatalog, fetcher: KernelFetcher
  ) async throws -> BootableKernel {
    try await parse(text, catalog: catalog).kernel(fetcher: fetcher)
  }

  /// The kernel itself.
  package func kernel(fetcher: KernelFetcher) async throws -> BootableKernel {
    switch self {
    case .catalog(let entry):
      return BootableKernel(try await fetcher.kernel(entry))
    case .image(let path, let given):
      if let built = BuiltKernel(image: path) { return built.bootable(name: built.record.name) }
      if let tree = KernelTree(holding: path) {
        return try await tree.kernel(image: path, name: given)
      }
      return try await BootableKernel(imageFile: path, name: given)
    case .tree(let path, let given):
      let tree = KernelTree(root: path)
      guard let image = tree.bestImage() else {
        let isSource = FileManager.default.fileExists(atPath: path + "/Kconfig")
        throw KernelPathError.noImage(path: given, isKernelSource: isSource)
      }
      return try await tree.kernel(image: image, name: given)
    }
  }

  /// What the kernel is called in results.
  package var name: String {
    switch self {
    case .catalog(let entry): entry.name
    case .image(let path, let given): BuiltKernel(image: path)?.record.name ?? given
    case .tree(_, let given): given
    }
  }

  private static func absolute(_ path: String) -> String {
    let start = path.hasPrefix("/") ? "" : FileManager.default.currentDirectoryPath + "/"
    return URL(fileURLWithPath: start + path).standardizedFileURL.path
  }
}
