internal import ArgumentParser

/// How faultline ends; design.md's table, after sysexits.h.
enum ExitStatus: Int32, CaseIterable {
  /// All went as expected.
  case asExpected = 0
  /// Failures or regressions.
  case failures = 1
  /// The command line asks for something that does not exist.
  case usage = 64
  /// The host or the harness is in trouble; the kernel is not to blame.
  case hostTrouble = 69
  /// A bug in faultline.
  case bug = 70
  /// Stopped by SIGINT or SIGTERM.
  case interrupted = 130

  /// As the argument parser wants it thrown.
  var code: ExitCode { ExitCode(rawValue) }
}
