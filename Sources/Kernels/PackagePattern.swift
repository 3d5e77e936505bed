/// A package name with one `*`, which stands for the kernel's release.
package struct PackagePattern: Sendable, Equatable, CustomStringConvertible {
  private let prefix: String
  private let suffix: String

  /// Reads a pattern; nil unless it has exactly one `*`.
  package init?(_ text: String) {
    let parts = text.split(separator: "*", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    prefix = String(parts[0])
    suffix = String(parts[1])
  }

  package var description: String { prefix + "*" + suffix }

  /// What the `*` stands for in `package`; nil when the name does not match or has no digit first.
  ///
  /// The digit keeps "linux-image-*-cloud-amd64" from taking the metapackage
  /// "linux-image-cloud-amd64-dbg".
  package func release(in package: String) -> String? {
    guard package.hasPrefix(prefix), package.hasSuffix(suffix),
      package.count > prefix.count + suffix.count
    else { return nil }
    let middle = package.dropFirst(prefix.count).dropLast(suffix.count)
    return middle.first?.isNumber == true ? String(middle) : nil
  }

  /// The package's name for one release.
  package func name(release: String) -> String { prefix + release + suffix }
}
