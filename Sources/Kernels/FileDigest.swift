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
}
