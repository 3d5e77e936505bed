internal import Foundation
internal import Lab
internal import Subprocess
internal import SystemPackage

/// One POST to a KCIDB server, by curl.
struct KCIDBSubmission {
  /// The variable that holds the token.
  static let variable = "FAULTLINE_KCIDB_TOKEN"
  /// How long a server may take, in seconds.
  private static let deadline = 120

  /// Where the objects go.
  let address: String
  private let token: String

  /// Takes a server's address, with or without `/submit` at its end.
  ///
  /// - Throws: `UsageFailure` when it is not https (http does for this machine alone), has a password in it, or when there
  ///   is no token.
  init(to text: String, environment: [String: String]) throws {
    let isLocal = ["localhost", "127.0.0.1", "::1"]
    guard let url = URL(string: text), let host = url.host(), !host.isEmpty,
      url.scheme == "https" || (url.scheme == "http" && isLocal.contains(host)),
      url.user() == nil, url.query() == nil, url.fragment() == nil, Self.isPlain(text)
    else {
      throw UsageFailure(
        "--submit is “\(text)”; expected https://HOST/PATH without a name or password\n"
          + "  try: the token in \(Self.variable)")
    }
    guard let token = environment[Self.variable], !token.isEmpty, Self.isPlain(token) else {
      throw UsageFailure(
        "there is no token to submit with\n  try: \(Self.variable)=TOKEN faultline …")
    }
    let base = text.hasSuffix("/") ? String(text.dropLast()) : text
    address = base.hasSuffix("/submit") ? base : base + "/submit"
    self.token = token
  }

  /// Nothing that a configuration file of curl would read as anything else.
  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }
  }

  /// Sends the text once and answers the server's words.
  ///
  /// The token goes through curl's standard input: it never stands in a command line or a file.
  func send(_ text: String) async throws -> String {
    let body = FileManager.default.temporaryDirectory
      .appendingPathComponent("faultline-kcidb-\(UUID().uuidString).json")
    try Data(text.utf8).write(to: body, options: .atomic)
    // A leftover in the temporary folder harms nobody, and holds no secret.
    defer { try? FileManager.default.removeItem(at: body) }  // see above
    let settings = """
      url = "\(address)"
      header = "Authorization: Bearer \(token)"
      header = "Content-Type: application/json"
      data-binary = "@\(body.path)"
      max-time = \(Self.deadline)
      write-out = "\\n%{http_code}"
      silent
      show-error

      """
    let result = try await Subprocess.run(
      .name("curl"), arguments: ["--config", "-"], input: .string(settings),
      output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
    let answer = result.standardOutput
    guard result.terminationStatus == .exited(0) else {
      throw Refused(address: address, words: result.standardError)
    }
    let lines = answer.split(separator: "\n", omittingEmptySubsequences: false)
    guard let status = lines.last.flatMap({ Int($0) }), (200..<300).contains(status) else {
      throw Refused(address: address, words: answer)
    }
    return lines.joined(separator: " ")
  }

  /// The server did not take it.
  struct Refused: Error, CustomStringConvertible {
    let address: String
    let words: String

    var description: String {
      "\(address) did not take the report: "
        + words.trimmingCharacters(in: .whitespacesAndNewlines).prefix(500)
    }
  }
}
