/// A prebuilt kernel, or a kernel's source, as `kernels/kernels.yaml` names it: what to fetch, and where
/// to look.
package struct CatalogEntry: Sendable, Equatable {
  /// Which versions of the packages will do.
  package enum Series: Sendable, Equatable {
    /// The newest version of one series, such as "6.12".
    case series(String)
    /// The newest version that any of the suites has.
    case newest

    /// Whether a Debian package version belongs to the series: "6.1" takes "6.1.176-1", not
    /// "6.12.1-1".
    package func contains(_ version: String) -> Bool {
      guard case .series(let prefix) = self else { return true }
      guard version.hasPrefix(prefix) else { return false }
      return version.dropFirst(prefix.count).first.map { !$0.isNumber } ?? true
    }
  }

  /// The catalogue's name for it, such as "debian-6.12".
  package let name: String
  /// One line for people.
  package let summary: String
  package let series: Series
  /// Debian suites, in the order in which to look.
  package let suites: [String]
  /// Package name patterns, the image's first; never empty.
  package let packages: [PackagePattern]

  /// The same entry for one version alone, under another name.
  func pinned(to version: String, name: String) -> CatalogEntry {
    CatalogEntry(
      name: name, summary: summary, series: .series(version), suites: suites, packages: packages)
  }
}
