import Foundation

/// Where a kernel's source is from: what `--base` and `kernels build` can mean.
package enum SourceOrigin: Sendable, Equatable {
  /// A source of the catalogue: one of Debian's linux-source packages.
  case debian(CatalogEntry)
  /// Absolute path of a tar archive of whatever compression; `given` is what the user typed.
  case tarball(path: String, given: String)
  /// Absolute path of a folder, taken as it is now, uncommitted changes of a git tree included.
  case directory(path: String, given: String)
  /// A revision of the git tree at an absolute path.
  case git(path: String, revision: String, given: String)

  /// Decides what a text means: a catalogue name first, with `=VERSION` for one version of it, then
  /// `DIR@REVISION`, then a path.
  ///
  /// - Throws: `SourceError`, which is the user's mistake (exit status 64).
  package static func parse(
    _ text: String, catalog: KernelCatalog
  ) throws(SourceError) -> SourceOrigin {
    if let entry = try named(text, catalog) { return .debian(entry) }
    if let git = try revision(in: text) { return git }
    let path = absolute(text)
    var isDirectory = ObjCBool(false)
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      if text.contains("/") { throw .missing(path: text) }
      throw .unknown(
        name: text, nearest: NearestNames.of(text, among: catalog.sourceNames),
        known: catalog.sourceNames)
    }
    guard isDirectory.boolValue else { return .tarball(path: path, given: text) }
    guard FileManager.default.fileExists(atPath: path + "/Kconfig") else {
      throw .notAKernel(given: text, lacks: "Kconfig")
    }
    return .directory(path: path, given: text)
  }

  /// What the user called it.
  package var name: String {
    switch self {
    case .debian(let entry): entry.name
    case .tarball(_, let given), .directory(_, let given), .git(_, _, let given): given
    }
  }

  private static func named(
    _ text: String, _ catalog: KernelCatalog
  ) throws(SourceError) -> CatalogEntry? {
    if let entry = catalog.sources.first(where: { $0.name == text }) { return entry }
    guard let sign = text.firstIndex(of: "="),
      let entry = catalog.sources.first(where: { $0.name == text[..<sign] })
    else { return nil }
    let version = String(text[text.index(after: sign)...])
    guard entry.series.contains(version) else {
      throw .otherSeries(given: text, series: entry.name, version: version)
    }
    return entry.pinned(to: version, name: text)
  }

  /// `DIR@REVISION`; nil when the text has no "@", or the part before it is no folder with a git
  /// tree.
  private static func revision(in text: String) throws(SourceError) -> SourceOrigin? {
    guard let sign = text.lastIndex(of: "@") else { return nil }
    let folder = String(text[..<sign])
    let revision = String(text[text.index(after: sign)...])
    let path = absolute(folder)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard FileManager.default.fileExists(atPath: path + "/.git"), !revision.isEmpty else {
      throw .notGit(path: folder, revision: revision)
    }
    return .git(path: path, revision: revision, given: text)
  }

  private static func absolute(_ path: String) -> String {
    let expanded = NSString(string: path).expandingTildeInPath
    let start = expanded.hasPrefix("/") ? "" : FileManager.default.currentDirectoryPath + "/"
    return URL(fileURLWithPath: start + expanded).standardizedFileURL.path
  }
}
