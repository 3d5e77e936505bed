import Foundation

/// The fragments of a folder, normally `kernels/configs`.
package struct ConfigLibrary: Sendable {
  /// The fragment that every configuration begins with.
  package static let base = "base"

  package let directory: String
  /// The names of the fragments, sorted.
  package let names: [String]

  /// Lists the folder; the files are read when they are asked for.
  ///
  /// - Throws: `ConfigError.unreadable`.
  package init(directory: String) throws(ConfigError) {
    self.directory = directory
    let listing: [String]
    do {
      listing = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      throw .unreadable(path: directory)
    }
    names = listing.filter { $0.hasSuffix(".config") }
      .map { String($0.dropLast(".config".count)) }.sorted()
  }

  /// The fragment of a name, or of the file when there is a "/" in it.
  ///
  /// - Throws: `ConfigError.unknownFragment` with the nearest names; what reading it throws.
  package func fragment(named name: String) throws(ConfigError) -> ConfigFragment {
    if name.contains("/") { return try ConfigFragment(contentsOf: name) }
    guard names.contains(name) else {
      throw .unknownFragment(
        name: name, nearest: NearestNames.of(name, among: names), known: names)
    }
    return try ConfigFragment(contentsOf: directory + "/" + name + ".config")
  }

  /// What base and the named fragments ask of one version, in this order.
  package func plan(
    _ fragments: [String], for version: KernelVersion
  ) throws(ConfigError) -> ConfigPlan {
    var read: [ConfigFragment] = []
    for name in [Self.base] + fragments where !read.contains(where: { $0.name == name }) {
      read.append(try fragment(named: name))
    }
    return ConfigPlan(fragments: read, version: version)
  }
}
