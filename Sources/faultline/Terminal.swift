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
  ///
  /// A reader that has enough (`| head`) is no error; a full disk is said on standard error.
  static func out(_ text: String) {
    let failure = write(text, to: STDOUT_FILENO)
    if failure != 0, failure != EPIPE {
      err("error: standard output cannot be written: \(String(cString: strerror(failure)))\n")
    }
  }

  /// Writes to standard error, where progress and words for people go; nobody has to be there to read them.
  static func err(_ text: String) {
    _ = write(text, to: STDERR_FILENO)
  }

  /// Writes it all; answers the errno, 0 for none.
  ///
  /// Foundation's own write ends the process when the other end is closed, and the results with it.
  private static func write(_ text: String, to descriptor: CInt) -> CInt {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return errno }
      rest = rest.dropFirst(count)
    }
    return 0
  }

  /// How this program was called, so that the next command can be pasted.
  static var program: String {
    let called = CommandLine.arguments.first ?? "faultline"
    return called.contains("/") ? relative(called) : called
  }

  /// A path from the root, whatever the working directory.
  static func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// A path as it is seen from the working directory.
  static func relative(_ path: String) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}
