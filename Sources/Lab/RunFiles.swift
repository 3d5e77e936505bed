package import Foundation

/// The files of one run's directory.
package struct RunFiles: Sendable {
  package let directory: URL

  package init(_ directory: URL) {
    self.directory = directory
  }

  /// Everything, in the versioned schema.
  package var json: URL { directory.appendingPathComponent("run.json") }
  /// The results as KTAP.
  package var ktap: URL { directory.appendingPathComponent("results.ktap") }
  /// What every guest printed, one after the other, with markers around each case.
  package var console: URL { directory.appendingPathComponent("console.log") }
  /// What every test program printed.
  package var output: URL { directory.appendingPathComponent("output.log") }
  /// One file per splat.
  package var splats: URL { directory.appendingPathComponent("splats") }

  /// The program log, open at its end; nil when it cannot be written.
  func openOutput() -> FileHandle? {
    let exists =
      FileManager.default.fileExists(atPath: output.path)
      || FileManager.default.createFile(atPath: output.path, contents: nil)
    guard exists, let handle = FileHandle(forWritingAtPath: output.path) else { return nil }
    do {
      try handle.seekToEnd()
    } catch {
      return nil
    }
    return handle
  }
}
