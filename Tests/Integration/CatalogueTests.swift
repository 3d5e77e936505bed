import Foundation
import Results
import Subprocess
import Testing

/// docs/catalogue.md against the programs that `make test` built.
@Suite struct CatalogueTests {
  @Test("the catalogue in docs has exactly the declared cases")
  func noDrift() async throws {
    let command = try Command()
    defer { command.remove() }
    let fresh = try await command.faultline(["catalogue"])
    #expect(fresh.status == .exited(0))
    let page = Command.root.appendingPathComponent("docs/catalogue.md")
    let kept = try String(contentsOf: page, encoding: .utf8)
    let declared = Self.rows(fresh.out)
    let documented = Self.rows(kept)
    #expect(declared.count > 200)
    let missing = declared.filter { documented[$0.key] != $0.value }.keys.sorted()
    let extra = documented.keys.filter { declared[$0] == nil }.sorted()
    #expect(
      missing.isEmpty,
      "run `make catalogue`: docs/catalogue.md lacks, or tells otherwise, these rows")
    #expect(
      extra.isEmpty, "run `make catalogue`: no program declares these rows of docs/catalogue.md")
  }

  /// What each row says that comes from declarations: its promise, since when, needs, and its legs.
  private static func rows(_ text: String) -> [String: String] {
    var rows: [String: String] = [:]
    for section in text.components(separatedBy: "\n### ").dropFirst() {
      let lines = section.components(separatedBy: "\n")
      let body = lines.dropFirst().prefix { !$0.hasPrefix("## ") }
      let declared = body.filter { line in
        !line.isEmpty && !line.hasPrefix("|") && !line.hasPrefix("Steps")
          && !line.hasPrefix("Kills ") && !line.hasPrefix("Known: ")
      }
      let legs = body.filter { $0.hasPrefix("| ") && !$0.hasPrefix("| leg ") }
        .flatMap { $0.components(separatedBy: " | ")[0].dropFirst(2).split(separator: " ") }
        .filter { $0 != "|" }.sorted()
      rows[lines[0]] = declared.joined(separator: "\n") + "\n" + legs.joined(separator: " ")
    }
    return rows
  }
}
