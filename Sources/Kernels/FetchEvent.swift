/// What a fetch is doing, for a progress line.
package enum FetchEvent: Sendable, Equatable, CustomStringConvertible {
  /// Another process is fetching the same kernel.
  case waiting(kernel: String)
  case readingIndex(suite: String, mirror: String)
  case skippedSuite(SuiteFailure)
  /// The index lists a version that the mirror does not have; an older one or another suite is
  /// tried.
  case gone(suite: String, version: String)
  case downloading(kernel: String, version: String, packages: [String])
  case unpacking(kernel: String, version: String)
  /// Files of the cached kernel are not what was published; it is fetched again.
  case damaged(kernel: String, files: [String])
  case ready(CachedKernel)
  /// A kernel's source is being unpacked or copied.
  case extracting(source: String)
  /// A kernel's source is complete in the cache.
  case unpacked(source: String, directory: String)

  package var description: String {
    switch self {
    case .waiting(let kernel): "\(kernel): another process is fetching it; waiting"
    case .readingIndex(let suite, let mirror): "reading the index of \(suite) from \(mirror)"
    case .skippedSuite(let failure): "skipping " + failure.description
    case .gone(let suite, let version):
      "\(suite) lists \(version), and the mirror does not have it; looking further"
    case .downloading(let kernel, let version, let packages):
      "\(kernel): downloading \(version) (" + packages.joined(separator: ", ") + ")"
    case .unpacking(let kernel, let version): "\(kernel): unpacking \(version)"
    case .damaged(let kernel, let files):
      "\(kernel): " + files.joined(separator: ", ") + " in the cache changed; fetching it again"
    case .ready(let kernel):
      "\(kernel.record.name): \(kernel.record.release) is in \(kernel.directory)"
    case .extracting(let source): "\(source): unpacking the source"
    case .unpacked(let source, let directory): "\(source): the source is in \(directory)"
    }
  }
}
