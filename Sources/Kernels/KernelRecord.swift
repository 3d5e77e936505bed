/// What `kernel.json` says about a fetched kernel; everything needed to boot it without asking apt
/// again.
package struct KernelRecord: Codable, Sendable, Equatable {
  /// The number of this layout; a record with another one is fetched anew.
  package static let currentSchema = 1

  /// A file of the entry, and what it was like when it was published.
  package struct File: Codable, Sendable, Equatable {
    /// Relative to the entry's folder.
    package let path: String
    /// In bytes.
    package let size: Int
    /// Modification time, in nanoseconds since 1970.
    package let modified: Int
    package let sha256: String
  }

  /// A module, in load order.
  package struct Module: Codable, Sendable, Equatable {
    package let name: String
    package let group: ModuleGroup
    /// Relative to the entry's folder.
    package let file: String
    package let needs: [String]
  }

  package let schema: Int
  /// The catalogue's name.
  package let name: String
  /// The package holding the image.
  package let package: String
  /// The packages' Debian version.
  package let version: String
  /// The kernel's own release, as `uname -r` says it.
  package let release: String
  package let suite: String
  /// Digest of the image, in lower-case hexadecimal.
  package let sha256: String
  package let files: [File]
  package let modules: [Module]
  /// Modules that guests want and this kernel has neither built in nor as a file.
  package let absent: [String]
}
