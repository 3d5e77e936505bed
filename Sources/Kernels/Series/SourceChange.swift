package import Foundation

/// The difference of a patched source to the pristine one: every touched file with all it has now.
package struct SourceChange: Sendable, Equatable {
  /// What is at a path.
  package struct File: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
      case regular(isExecutable: Bool)
      /// Its target is the content.
      case symbolicLink
    }

    package let kind: Kind
    package let content: Data

    package init(kind: Kind, content: Data) {
      self.kind = kind
      self.content = content
    }
  }

  /// By path below the source's root; nil when the file was deleted.
  ///
  /// A file that is as in the pristine source is not among them.
  package let files: [String: File?]

  package init(files: [String: File?]) {
    self.files = files
  }

  /// A pristine source.
  package static let none = SourceChange(files: [:])

  /// SHA-256 over the sorted paths with what is there, in lower-case hexadecimal.
  ///
  /// Equal changes have equal digests, whichever patches made them.
  ///
  /// - Throws: `ChildFailure` of sha256sum(1).
  package func digest() async throws -> String {
    var bytes = Data()
    for (path, file) in files.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      let size = file.map { String($0.content.count) } ?? "0"
      bytes.append(contentsOf: "\(path)\0\(Self.word(file))\0\(size)\0".utf8)
      if let file { bytes.append(file.content) }
    }
    return try await FileDigest.sha256(bytes)
  }

  private static func word(_ file: File?) -> String {
    switch file?.kind {
    case .regular(isExecutable: false): "file"
    case .regular(isExecutable: true): "executable"
    case .symbolicLink: "link"
    case nil: "deleted"
    }
  }
}
