internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Lab
internal import Machine
internal import Reports
internal import Results
internal import Store

/// Where the program begins, and where every error becomes words and a status.
@main
enum Entry {
  static func main() async {
    // A closed pipe is an error of the write, not the end of the program and its guests.
    signal(SIGPIPE, SIG_IGN)
    do {
      try await perform(Faultline.parseAsRoot())
    } catch let error as ExitCode {
      exit(error.rawValue)
    } catch  where Faultline.exitCode(for: error) != .failure {
      // The parser's own: help (0) and usage (64), with its words.
      Faultline.exit(withError: error)
    } catch {
      Terminal.err("error: \(Escaping.lines("\(error)"))\n")
      exit(status(of: error).rawValue)
    }
  }

  private static func perform(_ parsed: sending any ParsableCommand) async throws {
    if let asynchronous = parsed as? any AsyncParsableCommand {
      return try await performAsync(asynchronous)
    }
    var command = parsed
    try command.run()
  }

  /// Opening the existential is what picks the asynchronous `run`.
  private static func performAsync(_ parsed: sending some AsyncParsableCommand) async throws {
    var command = parsed
    try await command.run()
  }

  /// The status that an error ends the program with; host trouble unless it is the user's or ours.
  static func status(of error: any Error) -> ExitStatus {
    switch error {
    case is UsageFailure, is UnknownKernel, is KernelPathError, is CatalogError, is SourceError,
      is ConfigError, is SeriesError, is ComparisonError, is RunChoiceError, is RunFileError,
      is RunMerge.Refusal:
      .usage
    case HistoryError.conflict, HistoryError.duplicate: .usage
    case is EncodingError: .bug
    default: .hostTrouble
    }
  }
}
