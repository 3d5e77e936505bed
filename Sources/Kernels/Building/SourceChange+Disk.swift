import Foundation

extension SourceChange.File {
  /// What is at a path; nil when there is nothing.
  init?(path: String) throws {
    let attributes: [FileAttributeKey: Any]
    do {
      attributes = try FileManager.default.attributesOfItem(atPath: path)
    } catch let error as CocoaError
      where [.fileNoSuchFile, .fileReadNoSuchFile].contains(error.code)
    {
      return nil
    }
    if attributes[.type] as? FileAttributeType == .typeSymbolicLink {
      let target = try FileManager.default.destinationOfSymbolicLink(atPath: path)
      self.init(kind: .symbolicLink, content: Data(target.utf8))
      return
    }
    let mode = attributes[.posixPermissions] as? Int ?? 0
    self.init(
      kind: .regular(isExecutable: mode & 0o100 != 0),
      content: try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// Creates the file at a path where nothing is.
  func write(to path: String) throws {
    switch kind {
    case .symbolicLink:
      try FileManager.default.createSymbolicLink(
        atPath: path, withDestinationPath: String(decoding: content, as: UTF8.self))
    case .regular(let isExecutable):
      try content.write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes(
        [.posixPermissions: isExecutable ? 0o755 : 0o644], ofItemAtPath: path)
    }
  }
}
