import Foundation

/// A part of a kernel configuration, as a file of `kernels/configs` has it.
///
/// The syntax is described at the top of `base.config`.
package struct ConfigFragment: Sendable {
  /// The file's name without `.config`: `debug`.
  package let name: String
  /// In the order of the file.
  package let requests: [ConfigRequest]

  /// Reads a fragment file.
  ///
  /// - Throws: `ConfigError.malformed` with file and line, `ConfigError.unreadable`.
  package init(contentsOf path: String) throws(ConfigError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .unreadable(path: path)
    }
    let file = path.split(separator: "/").last.map { String($0) } ?? path
    let name = file.hasSuffix(".config") ? String(file.dropLast(".config".count)) : file
    try self.init(text: String(decoding: data, as: UTF8.self), file: file, name: name)
  }

  /// Reads a fragment from text; `file` is only for messages.
  ///
  /// - Throws: `ConfigError.malformed`.
  package init(text: String, file: String, name: String) throws(ConfigError) {
    self.name = name
    var reader = FragmentReader(file: file)
    requests = try reader.requests(in: text)
  }
}
