/// Why a kernel could not be built.
package enum BuildError: Error, Equatable, CustomStringConvertible {
  /// The compiler or a step of the build failed; `excerpt` is its first error with what stands
  /// around it.
  case failed(kernel: String, excerpt: [String], log: String)
  case diskFull(kernel: String, path: String, log: String)
  case noToolchain(missing: [String], packages: [String])
  /// Another process has built on the same tree for too long.
  case locked(kernel: String, path: String)
  /// A file of the build's folder cannot be written.
  case notWritten(path: String, error: String)

  package var description: String {
    switch self {
    case .failed(let kernel, let excerpt, let log):
      """
      \(kernel) does not build
      \(excerpt.map { "    " + $0 }.joined(separator: "\n"))
        log: \(log)
      """
    case .diskFull(let kernel, let path, let log):
      """
      \(kernel) does not build: no space left on the disk of \(path)
        log: \(log)
        try: free about 2 GB there, or set XDG_CACHE_HOME to a folder on another disk
      """
    case .noToolchain(let missing, let packages):
      """
      a kernel cannot be built here: \(missing.joined(separator: ", ")) not found
        try: apt-get install \(packages.joined(separator: " "))
      """
    case .locked(let kernel, let path):
      "\(kernel): another build has held \(path) for too long; end it, or wait"
    case .notWritten(let path, let error): "\(path) cannot be written: \(error)"
    }
  }

  /// Whether the kernel's source is to blame, and not the host.
  package var blamesKernel: Bool {
    if case .failed = self { true } else { false }
  }
}
