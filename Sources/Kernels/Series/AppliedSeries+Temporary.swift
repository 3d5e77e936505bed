import Foundation

extension AppliedSeries {
  /// As `apply(_:to:scratch:)`, in a temporary folder that is gone afterwards.
  package static func apply(
    _ patches: [Patch], to sourceRoot: String
  ) async throws -> AppliedSeries {
    let scratch = NSTemporaryDirectory() + "faultline-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: scratch) }  // only takes room
    return try await apply(patches, to: sourceRoot, scratch: scratch)
  }
}
