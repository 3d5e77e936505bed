import Foundation

/// The kernels and sources that can be asked for by name, as `kernels/kernels.yaml` lists them.
package struct KernelCatalog: Sendable {
  /// The prebuilt kernels, in the order of the file.
  package let entries: [CatalogEntry]
  /// The source packages, in the order of the file.
  package let sources: [CatalogEntry]

  /// The names of the prebuilt kernels, in the order of the file.
  package var names: [String] { entries.map(\.name) }
  /// The names of the sources, in the order of the file.
  package var sourceNames: [String] { sources.map(\.name) }

  /// Reads a catalogue file.
  ///
  /// - Throws: `CatalogError` with file and line when the file cannot be read, is not YAML, or has
  ///   an unknown key or a value of the wrong type.
  package init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CatalogError(
        file: path, line: nil,
        problem: "cannot be read; set FAULTLINE_HOME to the folder that has kernels/kernels.yaml")
    }
    try self.init(yaml: String(decoding: data, as: UTF8.self), file: path)
  }

  /// Reads a catalogue from text; `file` is only for messages.
  package init(yaml: String, file: String) throws {
    (entries, sources) = try CatalogReader(file: file).entries(in: yaml)
  }

  /// The entry with exactly this name.
  ///
  /// - Throws: `UnknownKernel` with the nearest known names.
  package func entry(named name: String) throws(UnknownKernel) -> CatalogEntry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    throw UnknownKernel(name: name, nearest: NearestNames.of(name, among: names), known: names)
  }
}
