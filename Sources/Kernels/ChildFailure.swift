/// A program that could not be run, or did not end well.
package struct ChildFailure: Error, Equatable, CustomStringConvertible {
  package enum Reason: Sendable, Equatable {
    case notFound
    case notStarted(String)
    case exited(Int32)
    case killed(signal: Int32)
    case late(Duration)
  }

  package let program: String
  package let arguments: [String]
  package let reason: Reason
  /// The last lines it wrote, standard error's before standard output's.
  package let lastWords: String

  package var description: String {
    let command = ([program] + arguments).joined(separator: " ")
    let words = lastWords.isEmpty ? "" : ": " + lastWords
    switch reason {
    case .notFound:
      return "\(program) is not installed; try: apt-get install \(Self.package(of: program))"
    case .notStarted(let why): return "\(command) could not be started: \(why)"
    case .exited(let status): return "\(command) ended with status \(status)\(words)"
    case .killed(let signal): return "\(command) was ended by signal \(signal)\(words)"
    case .late(let deadline):
      return "\(command) did not end within \(deadline.components.seconds) s\(words)"
    }
  }

  private static func package(of program: String) -> String {
    switch program {
    case "apt-get", "apt-cache", "apt-config": "apt"
    case "dpkg-deb": "dpkg"
    case "xz": "xz-utils"
    case "sha256sum": "coreutils"
    default: program
    }
  }
}
