import Foundation
import Subprocess
import SystemPackage
import Testing

/// A run on a real terminal, below a shell: what is asked of it, and how the terminal is left.
@Suite("a run on a terminal", .serialized)
struct TerminalTests {
  private enum Step {
    case expect(String), send(String), kill(String), keys(Bool)

    var json: [Any] {
      switch self {
      case .expect(let text): ["expect", text]
      case .send(let text): ["send", text]
      case .kill(let name): ["kill", name]
      case .keys(let wanted): ["keys", wanted]
      }
    }
  }

  /// Runs the suite of trouble on a terminal; answers what the terminal showed.
  private func show(_ steps: [Step], _ arguments: [String] = []) async throws -> String {
    let harness = try Harness()
    defer { harness.remove() }
    let json = try JSONSerialization.data(withJSONObject: steps.map(\.json))
    let words =
      [
        Harness.root.appendingPathComponent("Tests/Integration/terminal.py").path,
        String(decoding: json, as: UTF8.self),
        Harness.root.appendingPathComponent("bin/faultline").path, "run", "--accel", "tcg",
        "--kernel", "debian-6.12", "--machine", "small", "--out",
        harness.directory.appendingPathComponent("run").path,
      ] + arguments
    let result = try await Turn.take {
      try await Subprocess.run(
        .name("python3"), arguments: Arguments(words),
        environment: .inherit.updating([
          "FAULTLINE_HOME": harness.directory.path, "TERM": "xterm", "NO_COLOR": "1",
        ]), input: .none, output: .string(limit: 1 << 24), error: .string(limit: 1 << 20))
    }
    #expect(
      result.terminationStatus == .exited(0),
      "\(result.standardError)\n\(result.standardOutput)")
    return result.standardOutput
  }

  /// More than anybody waits for.
  private static let long = [
    "--filter", "trouble.hang", "--filter", "trouble.pass", "--repeat", "30",
  ]
  private static let begun = Step.expect("trouble\\.hang")

  @Test("t and SIGUSR1 are answered, Ctrl-Z and fg go by, Ctrl-C ends with 130")
  func asked() async throws {
    let status = Step.expect("\\d+ of 90 done, \\d+ red after .*\\r\\n  debian-6\\.12")
    let shown = try await show(
      [
        Self.begun, .keys(true), .send("t"), status, .kill("USR1"), status,
        .send("\u{1A}"), .expect("SHELL stopped terminal same"), .keys(true), .send("xT"), status,
        .send("\u{3}"), .expect("SHELL ended 130 terminal same"),
      ], Self.long)
    #expect(!shown.contains("xT"), "keys are not shown")
  }

  @Test("a run that ends leaves the terminal as it was")
  func ended() async throws {
    _ = try await show(
      [.keys(true), .expect("PASSED"), .expect("SHELL ended 0 terminal same")],
      ["--filter", "trouble.pass"])
  }

  @Test(
    "who cannot wait leaves the terminal as it was, too",
    arguments: [("\u{3}\u{3}", "130"), ("\u{1C}", "-3")])
  func impatient(_ keys: String, _ status: String) async throws {
    _ = try await show(
      [Self.begun, .keys(true), .send(keys), .expect("SHELL ended \(status) terminal same")],
      Self.long)
  }
}
