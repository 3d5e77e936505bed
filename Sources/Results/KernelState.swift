/// How far one kernel of a series got, and what it showed outside the cases.
package struct KernelState: Equatable, Sendable {
  /// nil when it was not tried.
  package var builds: Bool?
  /// nil when it was not tried.
  package var boots: Bool?
  /// Whether suites ran on it.
  package var tested = false
  /// Why it does not apply, build or boot, in lines for a person.
  package var problem: String?
  /// Compiler warnings that the kernel before it does not have, as the compiler wrote them.
  package var warnings: [String] = []
  /// Splats that the kernel before it does not show.
  package var splats: [SplatRecord] = []
  /// nil when there is no image.
  package var image: Image?

  package init() {}

  /// The image that was booted.
  package struct Image: Equatable, Codable, Sendable {
    /// Size of the vmlinux without symbols.
    package var bytes: Int
    /// Code and read-only data, as size(1) counts them.
    package var textBytes: Int
    package var sha256: String

    package init(bytes: Int, textBytes: Int, sha256: String) {
      self.bytes = bytes
      self.textBytes = textBytes
      self.sha256 = sha256
    }

    private enum CodingKeys: String, CodingKey {
      case bytes, sha256
      case textBytes = "text_bytes"
    }
  }
}

extension KernelState: Codable {
  private enum CodingKeys: String, CodingKey {
    case builds, boots, tested, problem, warnings, splats, image
  }

  /// Writes every key of the schema, with null for what is not known.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(builds, forKey: .builds)
    try container.encode(boots, forKey: .boots)
    try container.encode(tested, forKey: .tested)
    try container.encode(problem, forKey: .problem)
    try container.encode(warnings, forKey: .warnings)
    try container.encode(splats, forKey: .splats)
    try container.encode(image, forKey: .image)
  }
}
