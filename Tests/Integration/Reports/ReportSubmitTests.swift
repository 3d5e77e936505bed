import Foundation
import Subprocess
import Testing

/// `faultline report --format kcidb --submit`, against a server of this test.
@Suite("submitting to KernelCI", .serialized)
struct ReportSubmitTests {
  private struct Request: Decodable {
    let path: String
    let authorization: String
    let type: String
    let body: String
  }

  /// What faultline said, and what the server got.
  private struct Answer: Decodable {
    let status: Int
    let out: String
    let err: String
    let requests: [Request]
  }

  private func submit(status: Int) async throws -> Answer {
    let command = try Command()
    defer { command.remove() }
    let outcome = try await command.run(
      "python3",
      [
        Harness.root.appendingPathComponent("Tests/Integration/Reports/server.py").path,
        String(status), Harness.root.appendingPathComponent("bin/faultline").path, "report",
        KeptRuns.example.path, "--format", "kcidb", "--origin", "me", "--submit",
        "http://127.0.0.1:PORT/api/",
      ], environment: ["FAULTLINE_KCIDB_TOKEN": "s3cret"])
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    return try JSONDecoder().decode(Answer.self, from: Data(outcome.out.utf8))
  }

  @Test("one POST of the report with the token of the environment")
  func accepted() async throws {
    let answer = try await submit(status: 200)
    #expect(answer.status == 0, "\(answer.err)")
    #expect(answer.out.isEmpty && answer.err.contains("/api/submit: {\"status\":\"ok\"} 200"))
    try #require(answer.requests.count == 1)
    let request = answer.requests[0]
    #expect(request.path == "/api/submit" && request.authorization == "Bearer s3cret")
    #expect(request.type == "application/json")
    let command = try Command()
    defer { command.remove() }
    let written = try await command.faultline([
      "report", KeptRuns.example.path, "--format", "kcidb", "--origin", "me",
    ])
    #expect(request.body == written.out)
  }

  @Test("a server that says no ends it with 69 and the server's words, and is asked once")
  func refused() async throws {
    let answer = try await submit(status: 401)
    #expect(answer.status == 69 && answer.requests.count == 1)
    #expect(answer.err.contains("did not take the report") && answer.err.contains("no such token"))
    #expect(!answer.err.contains("s3cret"))
  }

  @Test(
    "a token goes nowhere where others could read it",
    arguments: [
      "http://example.org/", "https://token@example.org/", "file:///etc/passwd", "example.org",
      "https://example.org/?a=b", "https://exa\"mple.org/",
    ])
  func addresses(_ address: String) async throws {
    let command = try Command()
    defer { command.remove() }
    let outcome = try await command.faultline(
      ["report", KeptRuns.example.path, "--format", "kcidb", "--submit", address],
      environment: ["FAULTLINE_KCIDB_TOKEN": "s3cret"])
    #expect(outcome.status == .exited(64))
    #expect(outcome.out.isEmpty)
  }

  @Test("nothing is sent without a token, nor in another format")
  func missingToken() async throws {
    let command = try Command()
    defer { command.remove() }
    let run = KeptRuns.example.path
    let silent = try await command.faultline(
      ["report", run, "--format", "kcidb", "--submit", "https://example.org"],
      environment: ["FAULTLINE_KCIDB_TOKEN": nil])
    #expect(silent.status == .exited(64) && silent.err.contains("FAULTLINE_KCIDB_TOKEN=TOKEN"))
    let other = try await command.faultline(
      ["report", run, "--format", "html", "--submit", "https://example.org"])
    #expect(other.status == .exited(64))
  }
}
