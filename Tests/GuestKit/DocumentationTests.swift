import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The walk-through shows code that is compiled and run.
@Suite struct DocumentationTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  @Test("the example body of docs/writing-a-case.md is the suite's own")
  func exampleIsReal() throws {
    let page = try Self.text("docs/writing-a-case.md")
    let blocks = page.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    let body = try #require(blocks.first)
    #expect(try Self.text("guest/Sources/uffdwp-anon/Anonymous.swift").contains(body))
    let declaration = try #require(blocks.dropFirst().first)
    let indented = declaration.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
    #expect(try Self.text("guest/Sources/uffdwp-anon/main.swift").contains(indented))
  }
}
