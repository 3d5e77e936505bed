/// What `build.json` says about a built image.
package struct BuildRecord: Codable, Sendable, Equatable {
  /// The number of this layout; an image with another one is built again.
  package static let currentSchema = 1

  package let schema: Int
  /// What the image was called when it was built: "debian-source-6.12 + patch 3".
  package let name: String
  /// `uname -r`.
  package let release: String
  package let source: String
  /// Where the source is from, for people.
  package let origin: String
  /// Digest of the changes on top of the source; "none" without.
  package let change: String
  /// The configuration fragments, the base first.
  package let fragments: [String]
  package let toolchain: String
  /// Every warning of the compiler about this kernel, by object.
  package let warnings: [String: [String]]
  /// Digest of the image.
  package let sha256: String
  /// Size of the image, which has no symbols.
  package let bytes: Int
  /// Code and read-only data, as size(1) counts them.
  package let textBytes: Int
  /// How many steps make took; few when most was there from the build before.
  package let steps: Int
  package let milliseconds: Int
}
