internal import ArgumentParser
internal import Foundation
internal import Reports
internal import Store

/// Which history a command uses.
struct HistoryOptions: ParsableArguments {
  @Option(
    name: .customLong("history"),
    help: ArgumentHelp(
      "The history's file; the default is $XDG_STATE_HOME/faultline/history.db.",
      valueName: "file"))
  var path: String?

  /// The history's file.
  var file: String {
    path.map { URL(fileURLWithPath: $0).path } ?? History.standardPath()
  }

  /// Opens the history, or makes it.
  func open() throws -> History { try History(file) }

  /// Opens the history, which must be there.
  func existing() throws -> History { try History(existing: file) }

  /// Opens the history, which must be there, for reading alone.
  func reading() throws -> History { try History(reading: file) }
}

extension TerminalStyle {
  /// How standard output takes colours.
  static var standardOutput: TerminalStyle {
    TerminalStyle(
      isTerminal: isatty(STDOUT_FILENO) == 1, environment: ProcessInfo.processInfo.environment)
  }
}
