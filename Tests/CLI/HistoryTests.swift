import Foundation
import Subprocess
import SystemPackage
import Testing

/// The history as a user meets it: real files, the real executable.
@Suite("the history on the command line")
struct HistoryTests {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("faultline-history-\(UUID().uuidString)")

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Runs faultline with a history of the test's own.
  private func faultline(
    _ words: String...
  ) async throws -> (status: TerminationStatus, out: String, err: String) {
    try await CommandLineTests.faultline(words, environment: ["XDG_STATE_HOME": folder.path])
  }

  private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  /// A run.json with these results: case and verdict; more goes in as JSON.
  @discardableResult
  private func write(
    _ id: String, kernel: String = "k", memory: Int = 1536, _ results: [(String, String)],
    more: String = ""
  ) throws -> String {
    let lines = results.map { name, verdict in
      #"{"kernel":"\#(kernel)","machine":"default","suite":"swap","case":"\#(name)","#
        + #""verdict":"\#(verdict)","evidence":{},"splats":[]\#(more)}"#
    }
    let guest =
      #"{"kernel":"\#(kernel)","machine":"default","release":"6.12.1","accelerator":"tcg","#
      + #""accelerator_reason":"as asked","boot_ms":9,"facts":{"memory_mib":\#(memory)}}"#
    let text =
      #"{"schema":1,"run":"\#(id)","guests":[\#(guest)],"results":["#
      + lines.joined(separator: ",") + "]}"
    let file = path("\(id).json")
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }

  @Test("import, runs, compare, history, show, export and prune do as documented")
  func walk() async throws {
    let first = try write("r1", [("swap.a", "pass"), ("swap.b", "pass"), ("swap.c", "skip")])
    let second = try write(
      "r2", kernel: "new", [("swap.a", "fail"), ("swap.b", "pass"), ("swap.c", "pass")],
      more: #","seen":"a hole""#)
    let imported = try await faultline("import", first, second)
    #expect(imported.status == .exited(0))
    #expect(imported.out == "r1: 3 results\nr2: 3 results\n")
    #expect(try await faultline("import", first).out == "r1: already there\n")

    let runs = try await faultline("runs")
    #expect(runs.out.contains("r1") && runs.out.contains("r2"))

    let compared = try await faultline("compare", "k", "new")
    #expect(compared.status == .exited(1))
    #expect(compared.out.contains("regressions (1)\n  swap.a  pass → fail"))
    #expect(compared.out.contains("seen      a hole"))
    #expect(compared.out.contains("REGRESSIONS  1 regression, 1 newly supported, 1 unchanged"))
    #expect(try await faultline("compare", "r2", "r1").status == .exited(0))
    let markdown = try await faultline("compare", first, second, "--format", "markdown")
    #expect(markdown.out.contains("### Regressions (1)"))

    let history = try await faultline("history", "swap.a")
    #expect(history.out.contains("k    .") && history.out.contains("new  F"))
    let shown = try await faultline("show", "r2", "swap.a")
    #expect(shown.out.contains("swap.a  on new, default\n  fail\n  seen      a hole"))
    #expect(try await faultline("show", "r2").out.contains("FAILED"))

    let out = path("out.json")
    #expect(try await faultline("export", "r1", "--out", out).status == .exited(0))
    #expect(try await faultline("import", out).out == "r1: already there\n")
    let dry = try await faultline("prune", "--keep", "1")
    #expect(dry.out.contains("would remove 1 run; --yes does it"))
    #expect(try await faultline("prune", "--keep", "1", "--yes").out.contains("removed 1 run"))
    #expect(try await faultline("runs").out.contains("r2"))
    #expect(!(try await faultline("runs").out.contains("r1")))
  }

  @Test("the whole comparison is in the JSON, and JSON is alone on standard output")
  func json() async throws {
    let first = try write("r1", [("swap.a", "pass")])
    let second = try write("r2", [("swap.a", "crash")])
    let run = try await faultline("compare", first, second, "--format", "json")
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(run.out.utf8)) as? [String: Any])
    #expect((object["counts"] as? [String: Int])?.count == 10)
    let row = try #require((object["cases"] as? [[String: Any]])?.first)
    #expect(row["class"] as? String == "regression")
    #expect(row["p"] as? Double == 0.5)
    #expect(run.err.isEmpty)
  }

  @Test("where nothing can be concluded the status is 69, and says why; --force compares")
  func refused() async throws {
    let small = try write("small", memory: 1024, [("swap.a", "pass")])
    let large = try write("large", memory: 4096, [("swap.a", "fail")])
    let run = try await faultline("compare", small, large)
    #expect(run.status == .exited(69))
    #expect(run.out.contains("memory_mib was 1024 for the base and 4096 for the candidate"))
    #expect(run.out.contains("NOTHING CAN BE CONCLUDED"))
    #expect(try await faultline("compare", small, large, "--force").status == .exited(1))
  }

  @Test("a regression that the base's kernel had before says how often")
  func earlier() async throws {
    var files: [String] = []
    for (id, verdict) in [("r1", "fail"), ("r2", "pass"), ("r3", "pass"), ("r4", "fail")] {
      files.append(try write(id, [("swap.a", verdict), ("swap.b", "pass")]))
    }
    for file in files { #expect(try await faultline("import", file).status == .exited(0)) }
    let run = try await faultline("compare", "r3", "r4")
    #expect(run.status == .exited(1))
    #expect(run.out.contains("in the last 3 runs of k it failed 1 of 3 times"), "\(run.out)")
  }

  @Test("a class of the user's choice makes the status 1, too")
  func failOn() async throws {
    let first = try write("r1", [("swap.a", "pass"), ("swap.b", "pass")])
    let second = try write("r2", [("swap.a", "pass")])
    #expect(try await faultline("compare", first, second).status == .exited(0))
    #expect(
      try await faultline("compare", first, second, "--fail-on", "lost-coverage").status
        == .exited(1))
  }

  @Test("what does not exist ends with 64 and what there is; no history with 69")
  func unknown() async throws {
    let none = try await faultline("runs")
    #expect(none.status == .exited(69))
    #expect(none.err.contains("there is no history at") && none.err.contains("faultline import"))
    let file = try write("r1", [("swap.a", "pass")])
    _ = try await faultline("import", file)
    let compared = try await faultline("compare", "r1", "r9")
    #expect(compared.status == .exited(64))
    #expect(compared.err.contains("“r9” is no run") && compared.err.contains("runs:    r1"))
    #expect(try await faultline("history", "swap.x").status == .exited(64))
    #expect(try await faultline("show", "r1", "swap.x").status == .exited(64))
    #expect(try await faultline("import", path("none.json")).status == .exited(64))
  }

  @Test("another content under an id is refused with 64, a newer schema as well")
  func conflict() async throws {
    _ = try await faultline("import", try write("r1", [("swap.a", "pass")]))
    let other = try write("r1", [("swap.a", "fail")])
    let refused = try await faultline("import", other)
    #expect(refused.status == .exited(64) && refused.err.contains("--replace"))
    #expect(try await faultline("import", other, "--replace").out == "r1: 1 results, replaced\n")
    let newer = path("newer.json")
    try Data(#"{"schema":7,"run":"r7","results":[]}"#.utf8).write(to: URL(fileURLWithPath: newer))
    let schema = try await faultline("import", newer)
    #expect(schema.status == .exited(64) && schema.err.contains("schema 7"))
  }

  @Test("parts of a run are merged; what does not fit is refused with 64")
  func merge() async throws {
    let first = try write("p1", [("swap.a", "pass")])
    let second = try write("p2", [("swap.b", "fail")])
    let merged = try await faultline("merge", first, second, "--out", path("whole"), "--id", "w")
    #expect(merged.status == .exited(0), "\(merged.err)")
    #expect(try await faultline("import", path("whole")).out == "w: 2 results\n")
    let twice = try write("p3", [("swap.a", "pass")])
    let refused = try await faultline("merge", first, twice, "--out", path("other"))
    #expect(refused.status == .exited(64))
    #expect(refused.err.contains("p1 and p3 do not fit together"))
    #expect(!FileManager.default.fileExists(atPath: path("other/run.json")))
  }

  @Test("names and messages that are meant to do harm come out harmlessly")
  func hostile() async throws {
    let name = #"swap.\u0000<script>\u001b[2J\u202e"#
    let long = String(repeating: "x", count: 10 << 20)
    let more = #","expected":"\u0000\u001b]0;gone\u0007","seen":"\#(long)""#
    let file = try write("h\\u001b[31m1", [(name, "fail")], more: more)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
    let place = try #require(bytes.lastIndex(of: UInt8(ascii: "x")))
    bytes[place] = 0xFF
    try bytes.write(to: URL(fileURLWithPath: file))
    let base = try write("base", [(name, "pass")])
    #expect(try await faultline("import", file, base).status == .exited(0))
    let commands = [
      ["runs"], ["compare", "base", "h"], ["compare", "base", "h", "--all"], ["history", "swap*"],
      ["compare", "base", "h", "--format", "markdown"], ["show", "h"],
    ]
    for words in commands {
      let run = try await CommandLineTests.faultline(
        words, environment: ["XDG_STATE_HOME": folder.path])
      #expect([.exited(0), .exited(1)].contains(run.status), "\(words): \(run.err)")
      let scalars = Set(run.out.unicodeScalars)
      #expect(scalars.isDisjoint(with: ["\u{0}", "\u{1B}", "\u{7}", "\u{202E}"]), "\(words)")
      #expect(run.out.utf8.count < 1 << 17, "\(words)")
      if words.last == "markdown" { #expect(!run.out.contains("<script>")) }
    }
    let exported = path("exported.json")
    #expect(try await faultline("export", "h", "--out", exported).status == .exited(0))
    #expect(try await faultline("import", exported).out.contains("already there"))
  }

  @Test("a process that is killed at any moment of an import leaves whole runs only")
  func killed() async throws {
    let cases = (0..<40_000).map { ("swap.case-\($0)", $0 % 7 == 0 ? "fail" : "pass") }
    let small = try write("small", Array(cases.prefix(10)))
    #expect(try await faultline("import", small).status == .exited(0))
    let large = try write("large", cases, more: #","seen":"something that takes room""#)
    var kills = 0
    for delay in stride(from: 10, through: 400, by: 30) {
      if try await importAndKill(large, after: delay) { kills += 1 }
      let runs = try await faultline("runs", "--format", "json")
      #expect(runs.status == .exited(0), "\(runs.err)")
      let listed = try #require(
        try JSONSerialization.jsonObject(with: Data(runs.out.utf8)) as? [[String: Any]])
      let counts = listed.map { $0["results"] as? Int ?? 0 }.sorted()
      #expect(counts == [10] || counts == [10, 40_000])
      if counts.count == 2 { break }
    }
    #expect(kills > 0, "no import was killed: the test proves nothing")
    #expect(try await faultline("import", large).status == .exited(0))
    let exported = path("exported.json")
    #expect(try await faultline("export", "large", "--out", exported).status == .exited(0))
    #expect(try await faultline("import", exported).out == "large: already there\n")
  }

  /// Imports a file in a process that is sent SIGKILL; answers whether that is what ended it.
  private func importAndKill(_ file: String, after milliseconds: Int) async throws -> Bool {
    let result = try await Subprocess.run(
      .path(FilePath(CommandLineTests.root.appendingPathComponent("bin/faultline").path)),
      arguments: ["import", file], environment: .inherit.updating(["XDG_STATE_HOME": folder.path]),
      input: .none, output: .discarded, error: .discarded
    ) { execution in
      try await Task.sleep(for: .milliseconds(milliseconds))
      kill(execution.processIdentifier.value, SIGKILL)
    }
    return result.terminationStatus != .exited(0)
  }

  @Test("several processes that begin the same history at once all get in")
  func together() async throws {
    let files = try (0..<6).map { try write("r\($0)", [("swap.a", "pass")]) }
    let environment: [Environment.Key: String?] = ["XDG_STATE_HOME": folder.path]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for file in files {
        group.addTask {
          let run = try await CommandLineTests.faultline(
            ["import", file], environment: environment)
          #expect(run.status == .exited(0), "\(run.err)")
        }
      }
      try await group.waitForAll()
    }
    let runs = try await faultline("runs")
    #expect(runs.out.split(separator: "\n").count == 7)
  }

  @Test("a history that another process has locked says so with 69")
  func busy() async throws {
    let file = try write("r1", [("swap.a", "pass")])
    #expect(try await faultline("import", file).status == .exited(0))
    let other = try write("r2", [("swap.a", "pass")])
    let script = """
      import sqlite3, sys
      database = sqlite3.connect(sys.argv[1], isolation_level=None)
      database.execute("BEGIN IMMEDIATE")
      print("locked", flush=True)
      sys.stdin.read()
      """
    let holder = Process()
    let (input, output) = (Pipe(), Pipe())
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    holder.arguments = ["python3", "-c", script, path("faultline/history.db")]
    holder.standardInput = input
    holder.standardOutput = output
    try holder.run()
    #expect(
      String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        .hasPrefix("locked"))
    let reader = try await faultline("runs")
    let writer = try await faultline("import", other)
    try input.fileHandleForWriting.close()
    holder.waitUntilExit()
    #expect(reader.status == .exited(0) && reader.out.contains("r1"))
    #expect(writer.status == .exited(69))
    #expect(writer.err.contains("another process is writing to the history"))
    #expect(try await faultline("import", other).out == "r2: 1 results\n")
  }
}
