import Foundation
import Results
import Subprocess
import Testing

/// `faultline report`, and what the programs that the formats are for say of it.
@Suite("reports, checked by others", .serialized)
struct ReportFormatTests {
  /// Writes a report and says where it is.
  private func report(
    _ command: Command, _ run: String, _ format: [String]
  ) async throws -> String {
    let file = command.directory.appendingPathComponent(format.joined(separator: "-")).path
    let outcome = try await command.faultline(["report", run, "--out", file, "--format"] + format)
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    #expect(outcome.out.isEmpty)
    return file
  }

  /// Every format that has a validator, of one run.
  private func check(_ run: String, cases: Int) async throws {
    let command = try Command()
    defer { command.remove() }
    let validators = Validators(command: command)
    let hasPyPI = try await validators.fromPyPI()
    for flavor in ["jenkins", "gitlab"] {
      let file = try await report(command, run, ["junit", "--flavor", flavor])
      #expect(try await validators.xml(file, schema: Validators.ownSchema) == "valid")
      if hasPyPI { #expect(try await validators.xml(file, schema: nil) == "valid") }
    }
    let kcidb = try await report(command, run, ["kcidb"])
    if hasPyPI { #expect(try await validators.kcidb(kcidb) == "valid") }
    let words = try await validators.kunit(try await report(command, run, ["ktap"]))
    #expect(words.contains("Ran \(cases) tests:"), "\(words.suffix(300))")
    #expect(!words.contains("[ERROR]"), "\(words.suffix(2000))")
    for format in ["markdown", "mail", "html"] { _ = try await report(command, run, [format]) }
  }

  @Test("the example: four kernels, known issues, a crash")
  func example() async throws {
    try await check(KeptRuns.example.path, cases: 60)
  }

  @Test("hostile words in every place")
  func hostile() async throws {
    let command = try Command()
    defer { command.remove() }
    let directory = command.directory.appendingPathComponent("run")
    try await check(try KeptRuns.write(KeptRuns.hostile(), to: directory), cases: 18)
  }

  @Test("a real guest that fails in every way, with the log around its splat")
  func trouble() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let outcome = try await harness.run(["--kernel", "debian-6.12"])
    #expect(outcome.run.results.count == 10)
    let directory = harness.directory.appendingPathComponent("run").path
    try await check(directory, cases: 10)

    let command = try Command()
    defer { command.remove() }
    let page = try String(
      contentsOfFile: try await report(command, directory, ["html"]), encoding: .utf8)
    let splat = try #require(outcome.run.results.flatMap(\.splats).first { $0.fatal })
    #expect(page.contains("kernel: \(splat.title)"))
    #expect(page.contains("faultline: case trouble.panic start"))
  }

  @Test("the validators can say no")
  func validatorsWork() async throws {
    let command = try Command()
    defer { command.remove() }
    let validators = Validators(command: command)
    try command.write("<testsuites name=\"x\"><testcase/></testsuites>", to: "bad.xml")
    let xml = command.directory.appendingPathComponent("bad.xml").path
    #expect(try await validators.xml(xml, schema: Validators.ownSchema) != "valid")
    try command.write("KTAP version 1\n1..2\nok 1 a\n", to: "bad.ktap")
    let words = try await validators.kunit(
      command.directory.appendingPathComponent("bad.ktap").path)
    #expect(words.contains("[ERROR]"))
    guard try await validators.fromPyPI() else { return }
    #expect(try await validators.xml(xml, schema: nil) != "valid")
    try command.write("{\"version\":{\"major\":5,\"minor\":3},\"tests\":[{}]}", to: "bad.json")
    let json = command.directory.appendingPathComponent("bad.json").path
    #expect(try await validators.kcidb(json) != "valid")
  }

  @Test("bytes that are no UTF-8 end as a report or as a sentence, never as a crash")
  func brokenBytes() async throws {
    let command = try Command()
    defer { command.remove() }
    let file = command.directory.appendingPathComponent("run.json")
    try KeptRuns.brokenBytes().write(to: file)
    for format in ["ktap", "junit", "kcidb", "markdown", "mail", "html"] {
      let outcome = try await command.faultline(["report", file.path, "--format", format])
      #expect([.exited(0), .exited(64)].contains(outcome.status), "\(format): \(outcome.err)")
    }
  }

  @Test("a run of some kernels, and names that are none")
  func kernels() async throws {
    let command = try Command()
    defer { command.remove() }
    let run = KeptRuns.example.path
    let some = try await command.faultline([
      "report", run, "--format", "ktap", "--kernel", "debian-6.1", "--kernel", "debian-7.2",
    ])
    #expect(some.out.hasPrefix("KTAP version 1\n1..2\n"))
    #expect(!some.out.contains("debian-5.10"))
    for (arguments, words) in [
      (
        [run, "--kernel", "debian-6.21"],
        "error: there is no kernel “debian-6.21”\n  near:  debian-6.1,"
      ),
      (["/nowhere/at/all"], "error: there is no run “/nowhere/at/all”"),
      (["/etc/passwd"], "error: /etc/passwd is no run"),
      ([run, "--git-commit", "abc"], "--git-commit is “abc”"),
      ([run, "--git-branch", "x"], "is one kernel's, and this run has several"),
      ([run, "--tested-by", "me"], "“me” is nobody; expected: Name <address>"),
    ] {
      let outcome = try await command.faultline(["report", "--format", "kcidb"] + arguments)
      #expect(outcome.status == .exited(64))
      #expect(outcome.err.contains(words), "\(outcome.err)")
    }
  }
}
