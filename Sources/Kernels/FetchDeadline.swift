/// How long each step of a fetch may take before its child process is ended.
enum FetchDeadline {
  /// Asking apt or dpkg something that needs no network.
  static let query = Duration.seconds(60)
  /// Downloading the index of one suite, about 10 MB.
  ///
  /// apt itself gives up on a silent mirror: measured, after 40 s (10 s, two files, two tries).
  static let index = Duration.seconds(180)
  /// Downloading the packages of one kernel: at most about 40 MB.
  static let download = Duration.seconds(600)
  /// Unpacking one package, decompressing one module, digesting the files of one kernel.
  static let unpack = Duration.seconds(120)
  /// Waiting for another process that fetches the same.
  static let lock = Duration.seconds(1200)
  /// From SIGTERM to SIGKILL for a child that is out of time.
  static let grace = Duration.seconds(2)
}
