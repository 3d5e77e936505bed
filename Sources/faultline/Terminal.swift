internal import Foundation

/// What the output streams are, and how to write to them.
struct Terminal {
  /// Whether standard error is a terminal, where live progress goes.
  let isInteractive: Bool
  /// The width in columns; 80 when unknown.
  let columns: Int

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    isInteractive = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    var size = winsize()
    let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    columns = known ? Int(size.ws_col) : 80
  }

  /// Writes to standard output, where results go.
  static func out(_ text: String) {
    FileHandle.standardOutput.write(Data(text.utf8))
  }

  /// Writes to standard error, where progress and words for people go.
  static func err(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }

  /// How this program was called, so that the next command can be pasted.
  static var program: String {
    let called = CommandLine.arguments.first ?? "faultline"
    return called.contains("/") ? relative(called) : called
  }

  /// A path as it is seen from the working directory.
  static func relative(_ path: String) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}
