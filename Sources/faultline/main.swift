internal import ArgumentParser
internal import Foundation
internal import Kernels
internal import Lab
internal import Machine

// A closed pipe is an error of the write, not the end of the program and its guests.
signal(SIGPIPE, SIG_IGN)

/// The status that an error ends the program with; host trouble unless it is the user's or ours.
func status(of error: any Error) -> ExitStatus {
  switch error {
  case is UsageFailure, is UnknownKernel, is KernelPathError, is CatalogError: .usage
  case is EncodingError: .bug
  default: .hostTrouble
  }
}

do {
  var command = try Faultline.parseAsRoot()
  if var asynchronous = command as? any AsyncParsableCommand {
    try await asynchronous.run()
  } else {
    try command.run()
  }
} catch let error as ExitCode {
  exit(error.rawValue)
} catch where Faultline.exitCode(for: error) != .failure {
  // The parser's own: help (0) and usage (64), with its words.
  Faultline.exit(withError: error)
} catch {
  Terminal.err("error: \(error)\n")
  exit(status(of: error).rawValue)
}
