package import Foundation

/// A program that is a shell script, for tests that start what they have just made.
///
/// A file that was open for writing a moment ago may not start: another thread has forked meanwhile, and its child still
/// holds it (ETXTBSY, `execve(2)`). So the program is a link to a file that nobody writes, which runs the script beside it.
package enum ShellProgram {
  private static let interpreter = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("script")

  /// Makes an executable of the script's lines, and the directory it is in.
  package static func make(_ program: URL, _ script: String) throws {
    let files = FileManager.default
    try files.createDirectory(
      at: program.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data((script + "\n").utf8).write(to: program.appendingPathExtension("sh"))
    try files.createSymbolicLink(at: program, withDestinationURL: interpreter)
  }
}
