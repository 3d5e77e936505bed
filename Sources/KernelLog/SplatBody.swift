/// What the lines inside a splat look like.
enum SplatBody {
  /// `Call Trace:` on x86, `Call trace:` on arm64, `stack backtrace:` in lockdep's reports.
  static func isTraceStart(_ message: String) -> Bool {
    let text = message.drop { $0 == " " }
    return text.hasPrefix("Call Trace:") || text.hasPrefix("Call trace:")
  }

  /// A line of `=`, which frames sanitizer and lockdep reports.
  static func isRule(_ message: String) -> Bool {
    message.utf8.count >= 20 && message.utf8.allSatisfy { $0 == UInt8(ascii: "=") }
  }

  /// Whether a line can follow a backtrace within the same splat.
  static func continues(_ message: String) -> Bool {
    guard let first = message.utf8.first else { return true }
    if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") { return true }
    return isRegister(message) || beginnings.contains { message.hasPrefix($0) }
  }

  /// Whether a backtrace can go on behind a line: frames, and the registers where it was interrupted.
  static func isWithinTrace(_ message: String) -> Bool {
    guard let first = message.utf8.first else { return false }
    if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") { return true }
    return isRegister(message) || message.hasPrefix("Code: ")
  }

  /// `RAX: …`, `CR2: …`, `R13: …`, `FS:  …`.
  private static func isRegister(_ message: String) -> Bool {
    guard let colon = message.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
    let name = message.utf8[..<colon]
    return (2...5).contains(name.count)
      && name.allSatisfy { byte in
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
          || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
      }
  }

  private static let beginnings = [
    "Code: ", "Modules linked in:", "---[ end", "CPU: ", "Hardware name: ", "Tainted: ",
    "Sending NMI ", "NMI backtrace ", "Kernel Offset: ", "note: ", "Workqueue: ", "task:",
    "irq event stamp: ", "hardirqs last ", "softirqs last ", "INFO: lockdep is turned off",
    "Call Trace:", "Disabling lock debugging ", "Dumping ftrace buffer", "(ftrace buffer empty)",
    "rcu: ", "INFO: Stall ended ",
  ]
}
