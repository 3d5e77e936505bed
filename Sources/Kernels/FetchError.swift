/// Why a kernel could not be fetched.
package enum FetchError: Error, Equatable, CustomStringConvertible {
  /// None of the suites has the series; what each has instead.
  case notOffered(kernel: String, wanted: String, reports: [SuiteReport])
  /// No suite could be read at all.
  case unreachable(kernel: String, reports: [SuiteReport])
  /// The packages were downloaded and verified, and something that belongs in them is not there.
  case unusable(kernel: String, package: String, problem: String)
  /// Another process held the lock of the kernel for too long.
  case locked(kernel: String, path: String)
  case notPublished(path: String, error: String)

  package var description: String {
    switch self {
    case .notOffered(let kernel, let wanted, let reports):
      "no suite has kernel \(kernel) (\(wanted)) any more; there is"
        + Self.list(reports)
        + "\n  try:  another kernel, or add a suite that has it to kernels/kernels.yaml"
    case .unreachable(let kernel, let reports):
      "kernel \(kernel) is not in the cache, and no mirror could be read"
        + Self.list(reports)
        + "\n  try:  the network, the proxy in apt's configuration, `apt-get update`"
    case .unusable(let kernel, let package, let problem):
      "kernel \(kernel): package \(package) \(problem)"
    case .locked(let kernel, let path):
      "kernel \(kernel): another process has held \(path) for "
        + "\(FetchDeadline.lock.components.seconds) s; end it, or wait"
    case .notPublished(let path, let error):
      "\(path) could not be put into place: \(error)"
    }
  }

  private static func list(_ reports: [SuiteReport]) -> String {
    reports.map { "\n  " + $0.description }.joined()
  }
}
