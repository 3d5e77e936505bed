internal import Foundation

/// SHA-256 digests, by sha256sum(1).
package enum FileDigest {
  /// The digest of each file, in order, in lower-case hexadecimal.
  ///
  /// - Throws: `ChildFailure` when one cannot be read.
  package static func sha256(of paths: [String]) async throws -> [String] {
    guard !paths.isEmpty else { return [] }
    // -z: one record a file, names unescaped.
    let output = try await ChildProcess(
      "sha256sum", ["-z", "--"] + paths, deadline: FetchDeadline.unpack
    ).output()
    return output.split(separator: "\0").map { String($0.prefix(64)) }
  }

  /// The digest of bytes in memory.
  ///
  /// - Throws: `ChildFailure`, and Foundation's errors when there is no room for a temporary file.
  static func sha256(_ bytes: Data) async throws -> String {
    let path = NSTemporaryDirectory() + "faultline-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }  // only takes room
    try bytes.write(to: URL(fileURLWithPath: path))
    return try await sha256(of: [path]).first ?? ""
  }

  /// The digest of a text.
  static func sha256(text: String) async throws -> String { try await sha256(Data(text.utf8)) }
}
