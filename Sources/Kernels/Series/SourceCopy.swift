import Foundation

/// Copies single files of a source, and the symbolic links on the way to them.
struct SourceCopy {
  private let source: String
  private let target: String
  private var copied: Set<String> = []

  init(from source: String, to target: String) {
    (self.source, self.target) = (source, target)
  }

  /// Copies what is at a path; nothing when nothing is there, or when the path leaves the source:
  /// git then says so of the patch.
  mutating func take(_ path: String) throws {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.isEmpty, !parts.contains(where: { ["", ".", "..", ".git"].contains($0) })
    else { return }
    // A link to a folder is copied as the link: a patch through it must fail, as in the source.
    for count in 1...parts.count {
      let name = parts[..<count].joined(separator: "/")
      guard let kind = kind(of: name) else { return }
      if kind == .typeDirectory { continue }
      if copied.insert(name).inserted { try copy(name, kind) }
      return
    }
  }

  private func kind(of name: String) -> FileAttributeType? {
    // A path that is not there is the patch's affair; what is there and unreadable fails in copy.
    let facts = try? FileManager.default.attributesOfItem(atPath: source + "/" + name)  // as said
    return facts?[.type] as? FileAttributeType
  }

  private func copy(_ name: String, _ kind: FileAttributeType) throws {
    let (from, to) = (source + "/" + name, target + "/" + name)
    try FileManager.default.createDirectory(
      at: URL(fileURLWithPath: to).deletingLastPathComponent(), withIntermediateDirectories: true)
    if kind == .typeSymbolicLink {
      let destination = try FileManager.default.destinationOfSymbolicLink(atPath: from)
      try FileManager.default.createSymbolicLink(
        atPath: to, withDestinationPath: destination)
      return
    }
    guard kind == .typeRegular else { return }
    // The source is read-only; the copy must not be.
    try Data(contentsOf: URL(fileURLWithPath: from)).write(to: URL(fileURLWithPath: to))
    let isExecutable = FileFacts.isExecutable(from)
    try FileManager.default.setAttributes(
      [.posixPermissions: isExecutable ? 0o755 : 0o644], ofItemAtPath: to)
  }
}

extension FileFacts {
  /// True when the owner's execute bit is set, which is the one git keeps.
  fileprivate static func isExecutable(_ path: String) -> Bool {
    // Without attributes it is a file like any other.
    let facts = try? FileManager.default.attributesOfItem(atPath: path)  // as said
    return ((facts?[.posixPermissions] as? NSNumber)?.intValue ?? 0) & 0o100 != 0
  }
}
