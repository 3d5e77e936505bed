import Foundation
import Results
import Subprocess
import SystemPackage
import Testing

/// A program that is not ours, in a real guest, doing everything that such programs do.
@Suite("a foreign program", .serialized)
struct ForeignTests {
  private static let stranger = Harness.root.appendingPathComponent("bin/guest/test/test-stranger")

  /// `NAME VERDICT` of every case of the program.
  private func cases(_ words: String..., deadline: Int = 60) async throws -> [String: CaseResult] {
    let harness = try Harness()
    defer { harness.remove() }
    let outcome = try await harness.run(
      [
        "--kernel", "debian-6.12", "--program", Self.stranger.path, "--deadline", "\(deadline)",
        "--",
      ]
        + words)
    #expect(outcome.leftovers == 0)
    let own = outcome.run.results.filter { $0.planned.suite == "test-stranger" }
    // No suite was asked for.
    #expect(outcome.run.results.count == own.count + 1)
    return Dictionary(own.map { ($0.planned.name, $0) }, uniquingKeysWith: { $1 })
  }

  @Test("odd TAP gives a case for every point")
  func odd() async throws {
    let cases = try await cases("tap", "1")
    #expect(
      cases.mapValues(\.verdict) == [
        "odd-name-4-kib": .pass, "no-luck-today": .skip, "fails-badly": .fail,
        "known-to-be-odd": .pass, "outer": .fail, "odd-name-4-kib-2": .pass, "point-7": .pass,
        "exit": .pass,
      ])
    #expect(cases["fails-badly"]?.seen == "[FAIL] lost: 3 pages")
    #expect(cases["odd-name-4-kib"]?.evidence["name"] == "Odd Name (4 KiB)")
  }

  @Test("a splat between two points is the second one's")
  func splat() async throws {
    let cases = try await cases("warn")
    #expect(cases.mapValues(\.verdict) == ["quiet": .pass, "loud": .fail, "exit": .pass])
    #expect(cases["loud"]?.splats.count == 1)
  }

  @Test("a file that it leaves behind fails the program, and a signal is named")
  func left() async throws {
    let cases = try await cases("short", "file", "kill")
    #expect(
      cases.mapValues(\.verdict) == [
        "first": .pass, "point-2": .missing, "point-3": .missing, "exit": .fail,
      ])
    #expect(cases["exit"]?.reason?.text == "the program was killed by SIGSEGV")
    #expect(cases["exit"]?.seen?.contains("inodes used in /dev/shm") == true, "\(cases)")
  }

  @Test("one that does not end is killed at its deadline")
  func late() async throws {
    let cases = try await cases("short", "hang", deadline: 2)
    #expect(cases["exit"]?.verdict == .hang)
    #expect(cases["point-3"]?.verdict == .missing)
  }

  @Test("a panic is the program's, and what it reported before stays")
  func panic() async throws {
    let cases = try await cases("short", "panic")
    #expect(cases["first"]?.verdict == .pass)
    #expect(cases["exit"]?.verdict == .crash)
  }

  @Test("a script and a dynamic program are refused before anything boots")
  func refused() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    for (program, flaw) in [("/usr/bin/ldd", "is a script"), ("/bin/ls", "is linked dynamically")] {
      let result = try await Subprocess.run(
        .path(FilePath(Harness.root.appendingPathComponent("bin/faultline").path)),
        arguments: ["run", "--program", program],
        environment: .inherit.updating(["FAULTLINE_HOME": harness.directory.path]),
        output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
      #expect(result.terminationStatus == .exited(64))
      #expect(result.standardError.contains(flaw), "\(result.standardError)")
    }
  }
}
