package import Foundation
internal import Kernels
internal import Machine
package import Results
internal import Subprocess
internal import SystemPackage

/// A suite: one static test program and the cases it declares.
package struct Suite: Sendable {
  package let name: String
  package let program: URL
  /// SHA-256 of the program, in lower-case hexadecimal.
  package let digest: String
  package let cases: [CaseListing]
  /// Set for a program that is not ours.
  var foreign: ForeignProgram?
  /// Whether the program is not ours.
  package var isForeign: Bool { foreign != nil }
  /// Whether `cases` leaves out some of the program's.
  private(set) var isPartial = false

  package init(name: String, program: URL, digest: String, cases: [CaseListing]) {
    self.name = name
    self.program = program
    self.digest = digest
    self.cases = cases
  }

  /// The suite with only those cases; nil when that leaves none.
  package func keeping(_ wanted: (CaseListing) -> Bool) -> Suite? {
    let kept = cases.filter(wanted)
    guard !kept.isEmpty else { return nil }
    var suite = Suite(name: name, program: program, digest: digest, cases: kept)
    suite.foreign = foreign
    suite.isPartial = isPartial || kept.count < cases.count
    return suite
  }

  /// What is pushed into the guest, the program to run last.
  func guestPrograms() throws -> [GuestProgram] {
    let own = GuestProgram(
      name: name, digest: digest, bytes: Array(try Data(contentsOf: program)))
    guard let foreign else { return [own] }
    let escort = GuestProgram(
      name: name, digest: foreign.escortDigest,
      bytes: Array(try Data(contentsOf: foreign.escort)))
    return [own, escort]
  }

  /// A program that cannot be asked for its cases.
  package struct Unlistable: Error, CustomStringConvertible {
    package let program: String
    package let detail: String

    package var description: String {
      "\(program) --list did not list cases: \(detail)\n  try: make guest"
    }
  }

  /// Asks a program, on this machine, which cases it has.
  package static func load(_ program: URL, digest: String) async throws -> Suite {
    let name = program.lastPathComponent
    let result = try await Subprocess.run(
      .path(FilePath(program.path)), arguments: ["--list"],
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 14))
    guard case .exited(0) = result.terminationStatus else {
      throw Unlistable(program: program.path, detail: "\(result.terminationStatus)")
    }
    let lines = result.standardOutput.components(separatedBy: "\n").filter { !$0.isEmpty }
    let cases = try lines.map { line in
      guard let listing = CaseListing(suite: name, line: line) else {
        throw Unlistable(program: program.path, detail: "it printed “\(line)”")
      }
      return listing
    }
    guard !cases.isEmpty else { throw Unlistable(program: program.path, detail: "no cases") }
    return Suite(name: name, program: program, digest: digest, cases: cases)
  }

  /// Loads the suites of these programs, in the order of their names.
  package static func load(_ programs: [URL]) async throws -> [Suite] {
    let digests = try await FileDigest.sha256(of: programs.map(\.path))
    return try await withThrowingTaskGroup(of: Suite.self) { group in
      for (program, digest) in zip(programs, digests) {
        group.addTask { try await load(program, digest: digest) }
      }
      var suites: [Suite] = []
      for try await suite in group { suites.append(suite) }
      return suites.sorted { $0.name < $1.name }
    }
  }
}
