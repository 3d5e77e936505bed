import Subprocess

/// One run of git, without the environment of a repository this process may be called in.
///
/// `git bisect run` and hooks set GIT_DIR and more; a git that inherits them works on the wrong tree.
struct GitCommand {
  /// Whose settings git reads.
  enum Settings {
    /// None but the defaults, no hooks, an identity and dates of our own: results do not depend on
    /// who runs it.
    case none
    /// The user's, to read a tree of the user's: safe.directory decides whether git may.
    case user
  }

  /// For a step on a scratch tree; measured under 0.1 s.
  static let deadline = Duration.seconds(120)

  private static let isolation = [
    "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1",
    // git before 2.32 knows only these two.
    "HOME": "/nonexistent", "XDG_CONFIG_HOME": "/nonexistent",
    "GIT_AUTHOR_NAME": "faultline", "GIT_AUTHOR_EMAIL": "faultline@localhost",
    "GIT_AUTHOR_DATE": "1000000000 +0000",
    "GIT_COMMITTER_NAME": "faultline", "GIT_COMMITTER_EMAIL": "faultline@localhost",
    "GIT_COMMITTER_DATE": "1000000000 +0000",
  ]
  private static let script = """
    unset GIT_EXTERNAL_DIFF GIT_DIFF_OPTS GIT_TEMPLATE_DIR $(git rev-parse --local-env-vars)
    output=$1; shift
    [ -z "$output" ] || exec >"$output"
    exec git "$@" </dev/null
    """

  private let arguments: [String]
  private let child: ChildProcess

  /// Describes a run; what git prints goes to the file `output` when there is one.
  init(
    _ arguments: [String], settings: Settings = .none, output: String = "",
    deadline: Duration = Self.deadline
  ) {
    self.arguments = arguments
    var environment = ["GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": ":", "GIT_OPTIONAL_LOCKS": "0"]
    if case .none = settings { environment.merge(Self.isolation) { $1 } }
    child = ChildProcess(
      "sh", ["-c", Self.script, "git", output] + arguments, environment: environment,
      deadline: deadline)
  }

  /// Runs git to its end, whatever its status.
  ///
  /// - Throws: `ChildFailure` when there is no git or it is late; `CancellationError`.
  func run() async throws -> ChildProcess.Ending {
    let ending = try await child.run()
    // 127 is the shell's, for a program that it did not find.
    if ending.status == .exited(127) { throw failure(.notFound, "") }
    return ending
  }

  /// Runs git and returns its standard output.
  ///
  /// - Throws: `ChildFailure` unless it ends with status 0 in time; `CancellationError`.
  @discardableResult
  func output() async throws -> String {
    let ending = try await run()
    switch ending.status {
    case .exited(0): return ending.output
    case .exited(let code): throw failure(.exited(code), ending.errors)
    case .signaled(let signal): throw failure(.killed(signal: signal), ending.errors)
    }
  }

  private func failure(_ reason: ChildFailure.Reason, _ errors: String) -> ChildFailure {
    let lines = errors.split(separator: "\n").suffix(6).map(\.trimmed)
    return ChildFailure(
      program: "git", arguments: arguments, reason: reason,
      lastWords: lines.joined(separator: "; "))
  }
}
