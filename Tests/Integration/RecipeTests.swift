import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing
import Yams

/// The recipes of docs/ci.md: their shell steps are run as they stand there, on a small plan.
@Suite("recipes for CI", .serialized)
struct RecipeTests {
  /// The fenced block of a language below a heading of docs/ci.md.
  private static func block(_ language: String, below heading: String) throws -> String {
    let file = Command.root.appendingPathComponent("docs/ci.md")
    let page = try String(contentsOf: file, encoding: .utf8)
    let section = try #require(page.components(separatedBy: "\n## \(heading)\n").dropFirst().first)
    let fenced = try #require(section.components(separatedBy: "```\(language)\n").dropFirst().first)
    return try #require(fenced.components(separatedBy: "```\n").first)
  }

  private static func yaml(_ heading: String) throws -> Node {
    try #require(try compose(yaml: try block("yaml", below: heading)))
  }

  /// What a machine has been given to run, and by which shell.
  struct Recipe: CustomTestStringConvertible, Sendable {
    let name: String
    let shell: [String]
    let steps: @Sendable () throws -> [String]
    /// The files that are there when something was found, with what each begins with.
    let artifacts: [String: String]
    var testDescription: String { name }
  }

  private static let reports = ["junit.xml": "<?xml", "report.html": "<!doctype html>"]

  static let recipes = [
    Recipe(
      name: "cron", shell: ["sh"], steps: { [try block("sh", below: "cron")] }, artifacts: [:]),
    Recipe(
      name: "GitLab", shell: ["bash", "-eo", "pipefail"],
      steps: {
        let script = try #require(
          try yaml("GitLab")["faultline"]?["script"]?.array(of: String.self))
        return [script.joined(separator: "\n")]
      }, artifacts: reports),
    Recipe(
      name: "GitHub", shell: ["bash", "-e"],
      steps: {
        let steps = try #require(try yaml("GitHub Actions")["jobs"]?["nightly"]?["steps"]?.array())
        return steps.compactMap { $0["run"]?.string }
      }, artifacts: reports),
    Recipe(
      name: "Jenkins", shell: ["sh", "-xe"],
      steps: {
        let parts = try block("groovy", below: "Jenkins").components(separatedBy: "'''")
        return [try #require(parts.count == 3 ? parts[1] : nil)]
      }, artifacts: reports),
  ]

  /// Runs the steps one after the other until one fails; answers the status, and where they ran.
  private func run(
    _ recipe: Recipe, _ filter: String, home: String?
  ) async throws -> (status: TerminationStatus, command: Command, words: String) {
    let command = try Command()
    try command.write(
      "kernels: [debian-6.12]\nmachines: [small]\nsuites: [test-trouble]\nfilter: [\(filter)]\n",
      to: "small.yaml")
    // What the page's page leaves to the machine: a mailer, and a checkout that is built.
    let tools = command.directory.appendingPathComponent("tools")
    try ShellProgram.make(
      tools.appendingPathComponent("sendmail"), "cat >\"\(command.directory.path)/mail\"")
    let path = tools.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    let output = command.directory.appendingPathComponent("github-output")
    var environment: [Environment.Key: String?] = [
      "PATH": path, "GITHUB_OUTPUT": output.path,
      "GITHUB_STEP_SUMMARY": command.directory.appendingPathComponent("summary.md").path,
    ]
    if let home { environment["FAULTLINE_HOME"] = home }
    var status = TerminationStatus.exited(0)
    var words = ""
    for step in try recipe.steps() where status.isSuccess {
      let written = FileManager.default.contents(atPath: output.path) ?? Data()
      let known = String(decoding: written, as: UTF8.self).replacing("status=", with: "")
      let text =
        step.replacing("kernels/nightly.yaml", with: "small.yaml")
        .replacing("make build", with: "true")
        .replacing("bin/faultline", with: Command.root.path + "/bin/faultline")
        .replacing("${{ steps.faultline.outputs.status }}", with: known)
      try command.write(text, to: "step.sh")
      let arguments = recipe.shell.dropFirst() + ["step.sh"]
      let outcome = try await command.run(
        recipe.shell[0], Array(arguments), environment: environment)
      status = outcome.status
      words += outcome.out + outcome.err
    }
    return (status, command, words)
  }

  @Test("a broken promise: the reports are there, and the job ends with 1", arguments: recipes)
  func broken(_ recipe: Recipe) async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let (status, command, words) = try await Turn.take {
      try await run(recipe, "trouble.pass, trouble.fail", home: harness.directory.path)
    }
    defer { command.remove() }
    #expect(status == .exited(1), "\(words)")
    for (name, beginning) in recipe.artifacts {
      let file = command.directory.appendingPathComponent(name)
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.prefix(beginning.count).lowercased() == beginning, "\(name)")
    }
    let read = { (name: String) in
      String(
        decoding: FileManager.default.contents(
          atPath: command.directory.appendingPathComponent(name).path) ?? Data(), as: UTF8.self)
    }
    if recipe.name == "cron" {
      #expect(read("mail").hasPrefix("To: mm-nightly@example.org\nSubject: "), "\(read("mail"))")
      #expect(read("mail").contains("trouble.fail"))
    }
    if recipe.name == "GitHub" { #expect(read("summary.md").contains("trouble.fail")) }
    let results = command.directory.appendingPathComponent("results")
    let nights = try FileManager.default.contentsOfDirectory(atPath: results.path)
      .filter { $0.hasPrefix("nightly") && !$0.contains(".") }
    let night = results.appendingPathComponent(try #require(nights.first))
    #expect(FileManager.default.fileExists(atPath: night.appendingPathComponent("run.json").path))
  }

  @Test("a quiet night sends no mail and ends with 0")
  func quiet() async throws {
    let harness = try Harness()
    defer { harness.remove() }
    let (status, command, words) = try await Turn.take {
      try await run(Self.recipes[0], "trouble.pass", home: harness.directory.path)
    }
    defer { command.remove() }
    #expect(status == .exited(0), "\(words)")
    let mail = command.directory.appendingPathComponent("mail")
    #expect(!FileManager.default.fileExists(atPath: mail.path))
  }

  @Test("trouble of the host is the job's own: it ends with 69, without a run", arguments: recipes)
  func trouble(_ recipe: Recipe) async throws {
    let (status, command, words) = try await run(recipe, "x", home: "/nowhere")
    defer { command.remove() }
    #expect(status == .exited(69), "\(words)")
    let mail = command.directory.appendingPathComponent("mail")
    #expect(FileManager.default.fileExists(atPath: mail.path) == (recipe.name == "cron"))
  }

  @Test("the files are YAML that names what these services know")
  func shapes() throws {
    let job = try #require(try Self.yaml("GitLab")["faultline"]?.mapping)
    #expect(job["artifacts"]?["reports"]?["junit"]?.string == "junit.xml")
    #expect(job["artifacts"]?["when"]?.string == "always")
    #expect(job["allow_failure"]?["exit_codes"]?.array(of: Int.self) == [69])
    let workflow = try Self.yaml("GitHub Actions")
    let steps = try #require(workflow["jobs"]?["nightly"]?["steps"]?.array())
    #expect(steps.contains { $0["uses"]?.string?.hasPrefix("actions/upload-artifact@") == true })
    #expect(steps.allSatisfy { $0["run"] != nil || $0["uses"] != nil })
    #expect(workflow["on"]?["schedule"] != nil)
  }
}
