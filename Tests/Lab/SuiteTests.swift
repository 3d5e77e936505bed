import Foundation
import Lab
import Results
import TestSupport
import Testing

@Suite("asking a program for its cases")
struct SuiteTests {
  /// A program that is a shell script, for as long as `body` runs.
  private func withProgram(_ script: String, _ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("suite-\(UUID().uuidString)")
    let program = folder.appendingPathComponent("program")
    try ShellProgram.make(program, script)
    try await body(program)
    try FileManager.default.removeItem(at: folder)
  }

  @Test("its lines are its cases, and its bytes its digest")
  func lists() async throws {
    try await withProgram(#"printf 'a.b/c\twp-anon,swap\t2000\tkeeps\nd\t-\t10000\tdoes\n'"#) {
      let suite = try #require(try await Suite.load([$0]).first)
      #expect(suite.cases.map(\.name) == ["a.b/c", "d"])
      #expect(suite.cases.map(\.requirements) == [["wp-anon", "swap"], []])
      #expect(suite.digest.count == 64)
    }
  }

  @Test(
    "a program that does not list is an error that says what it did",
    arguments: [
      ("exit 3", "exited(3)"), ("echo hello", "it printed “hello”"), ("true", "no cases"),
      ("kill -9 $$", "signaled(9)"),
    ])
  func doesNotList(_ script: String, _ detail: String) async throws {
    try await withProgram(script) { program in
      let error = await #expect(throws: Suite.Unlistable.self) {
        try await Suite.load([program])
      }
      #expect(error?.detail == detail)
      #expect(error?.description.hasSuffix("try: make guest") == true)
    }
  }
}
