/// A kernel's source: in the cache complete, pristine and read-only, or the user's own tree.
package struct SourceTree: Sendable, Equatable {
  /// What the user called it.
  package let name: String
  /// Names the content, fit for a file name: two trees with the same id hold the same files.
  package let id: String
  /// Absolute path of the folder that has the kernel's Makefile.
  package let root: String
  /// Where it is from, for people: "Debian linux-source-6.12 6.12.107-1 from trixie".
  package let origin: String

  /// Whether this is the user's own tree where it lies, built without being copied: only for a
  /// build without changes.
  package let isLive: Bool

  package init(name: String, id: String, root: String, origin: String, isLive: Bool = false) {
    self.name = name
    self.id = id
    self.root = root
    self.origin = origin
    self.isLive = isLive
  }

  /// What `source.json` says of a cached tree.
  struct Record: Codable {
    let id: String
    let origin: String
  }
}
