import Foundation

/// What is to be built: a source, changes on top of it, and a configuration.
package struct KernelBuild: Sendable {
  /// What to call it in messages: "debian-source-6.12", "patch 3/12".
  package let name: String
  package let source: SourceTree
  package let change: SourceChange
  /// The base first.
  package let fragments: [ConfigFragment]

  package init(
    name: String, source: SourceTree, change: SourceChange = .none, fragments: [ConfigFragment]
  ) {
    self.name = name
    self.source = source
    self.change = change
    self.fragments = fragments
  }

  /// The number of the recipe, which is how make is called; a new one makes all images stale.
  private static let recipe = 1

  /// Names the image's content: a digest of everything that can change its bytes.
  func key(_ plan: ConfigPlan, _ toolchain: Toolchain) async throws -> String {
    let change = try await change.digest()
    let input = ["recipe \(Self.recipe)", source.id, change, toolchain.description, plan.text]
    return try await FileDigest.sha256(text: input.joined(separator: "\n"))
  }
}
