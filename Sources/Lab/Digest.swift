package import Foundation
internal import Subprocess

/// SHA-256 by coreutils: swift-crypto would add a minute of BoringSSL to every first build.
package enum Digest {
  /// What kept `sha256sum` from answering.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// The SHA-256 of each file in lower-case hexadecimal, in the order given.
  package static func sha256(of files: [URL]) async throws -> [String] {
    guard !files.isEmpty else { return [] }
    let result = try await Subprocess.run(
      .name("sha256sum"), arguments: .init(["--"] + files.map(\.path)),
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 14))
    let lines = result.standardOutput.components(separatedBy: "\n").filter { !$0.isEmpty }
    guard case .exited(0) = result.terminationStatus, lines.count == files.count else {
      throw Failure(description: "sha256sum failed: \(result.standardError)")
    }
    return lines.map { String($0.drop { $0 == "\\" }.prefix(64)) }
  }
}
