internal import Foundation
internal import GuestProtocol
internal import Kernels
internal import Results

/// A program that is not ours, and how it is to be run.
package struct ForeignProgram: Sendable {
  /// Our guest program that runs it.
  let escort: URL
  let escortDigest: String
  let arguments: [String]

  /// Why a file cannot be run in a guest.
  package struct Unfit: Error, CustomStringConvertible {
    package let path: String
    package let flaw: String
    package let cure: String

    package var description: String { "\(path) \(flaw)\n  try: \(cure)" }
  }

  /// Makes a suite of a program: its only planned case is how it ends, and its points come as it reports them.
  ///
  /// - Parameters:
  ///   - path: a static executable for this machine's architecture.
  ///   - arguments: given to it as they are.
  ///   - deadline: how long it may run, on a machine of ordinary speed.
  ///   - installation: has the guest program that runs it.
  ///   - taken: the names that other suites of the run have.
  /// - Returns: a suite that runs like any other.
  /// - Throws: `Unfit`; `Installation.Failure` when the guest programs are not built.
  package static func suite(
    _ path: String, arguments: [String], deadline: Duration, _ installation: Installation,
    taken: [String]
  ) async throws -> Suite {
    let file = URL(fileURLWithPath: path)
    try check(path, arguments)
    let escort = try installation.escort()
    let digests = try await FileDigest.sha256(of: [file.path, escort.path])
    let plain = ForeignReader.suiteName(ofProgram: file.lastPathComponent)
    var name = plain
    var number = 2
    while taken.contains(name) {
      name = "\(plain)-\(number)"
      number += 1
    }
    let listing = CaseListing(
      suite: name, name: ForeignReader.exit, requirements: [],
      deadlineMilliseconds: deadline.wholeMilliseconds, summary: "the program ends well")
    var suite = Suite(name: name, program: file, digest: digests[0], cases: [listing])
    suite.foreign = ForeignProgram(
      escort: escort, escortDigest: digests[1], arguments: arguments)
    return suite
  }

  private static func check(_ path: String, _ arguments: [String]) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Unfit(path: path, flaw: "cannot be read", cure: "the path of a static executable")
    }
    guard data.count <= Limits.programBytes else {
      throw Unfit(
        path: path, flaw: "has \(data.count >> 20) MiB; a guest takes \(Limits.programBytes >> 20)",
        cure: "strip \(path)")
    }
    // The escort's own four, and what it is called.
    guard arguments.count <= Limits.arguments - 4,
      arguments.allSatisfy({ $0.utf8.count <= Limits.argumentBytes })
    else {
      throw Unfit(
        path: path,
        flaw: "was given more than \(Limits.arguments - 4) arguments, or one of more than "
          + "\(Limits.argumentBytes) bytes",
        cure: "fewer or shorter arguments")
    }
    if let flaw = Executable.flaw(in: data) { throw Unfit(path: path, flaw: flaw.0, cure: flaw.1) }
  }
}
