import Foundation
import Subprocess
import Testing

/// Programs of others that say whether a file is what it claims to be.
struct Validators {
  let command: Command

  /// Where PyPI's are kept between runs of the tests.
  private static let directory = Harness.root.appendingPathComponent(".build/validators").path

  /// Whether PyPI's validators are there; if they cannot be fetched, that is a known issue of the test.
  func fromPyPI() async throws -> Bool {
    let script = Harness.root.appendingPathComponent("Tests/Integration/Reports/validators").path
    let outcome = try await command.run(script, [Self.directory])
    if outcome.status == .exited(75) {
      withKnownIssue("not checked against the schemas of KernelCI and Jenkins") {
        Issue.record("PyPI cannot be reached: \(outcome.err.suffix(500))")
      }
      return false
    }
    #expect(outcome.status == .exited(0), "\(outcome.err)")
    return outcome.status == .exited(0)
  }

  /// KernelCI's schema.
  func kcidb(_ file: String) async throws -> String {
    let script =
      "import kcidb_io,json,sys; kcidb_io.schema.LATEST.validate(json.load(open(sys.argv[1]))); print('valid')"
    let outcome = try await command.run(Self.directory + "/bin/python", ["-c", script, file])
    return outcome.status == .exited(0)
      ? outcome.out.trimmingCharacters(in: .whitespacesAndNewlines) : outcome.err
  }

  /// An XML schema; nil is the one of Jenkins' xunit plugin.
  func xml(_ file: String, schema: String?) async throws -> String {
    let outcome = try await command.run(
      "xmllint",
      ["--noout", "--huge", "--schema", schema ?? Self.directory + "/junit-10.xsd", file])
    return outcome.status == .exited(0) ? "valid" : outcome.err
  }

  /// Our own narrower schema of JUnit.
  static let ownSchema = Harness.root.appendingPathComponent("Tests/Reports/junit.xsd").path

  /// The last line of `kunit.py parse`, of the source that `make test` has fetched.
  func kunit(_ file: String) async throws -> String {
    let cache = try await command.run(
      "sh",
      [
        "-c",
        "ls -d \"${XDG_CACHE_HOME:-$HOME/.cache}\"/faultline/sources/linux-source-6.12*/tree/tools/testing/kunit/kunit.py",
      ])
    let parser = try #require(
      cache.out.split(separator: "\n").last,
      "no source: bin/faultline kernels build debian-source-6.12")
    let outcome = try await command.run("python3", [String(parser), "parse", file])
    return outcome.out + outcome.err
  }
}
