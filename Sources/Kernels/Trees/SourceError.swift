/// Why something cannot be taken for a kernel's source.
package enum SourceError: Error, Equatable, CustomStringConvertible {
  case unknown(name: String, nearest: [String], known: [String])
  /// `NAME=VERSION` with a version of another series.
  case otherSeries(given: String, series: String, version: String)
  case missing(path: String)
  case notGit(path: String, revision: String)
  /// `git rev-parse` does not know it.
  case unknownRevision(path: String, revision: String)
  /// It was read, and a file that every kernel has is not in it.
  case notAKernel(given: String, lacks: String)
  /// A tree with a `.config` of its own cannot be built out of place.
  case builtInPlace(path: String)
  /// The archive cannot be unpacked.
  case damaged(given: String, detail: String)
  /// Another process has held the lock for too long.
  case locked(name: String, path: String)

  package var description: String {
    switch self {
    case .unknown(let name, let nearest, let known):
      """
      there is no kernel source “\(name)”
        \(nearest.isEmpty ? "known: " + known.joined(separator: ", ") : "near:  " + nearest.joined(separator: ", "))
        try:   a name from `faultline kernels list`, a tarball, a source tree, or DIR@REVISION of a git tree
      """
    case .otherSeries(let given, let series, let version):
      "“\(given)”: \(version) is no version of \(series)\n"
        + "  try:   a Debian version of that series, such as 6.12.107-1"
    case .missing(let path): "the kernel source \(path) does not exist"
    case .notGit(let path, let revision):
      "“\(path)@\(revision)”: \(path) is no git tree\n"
        + "  try:   DIR@REVISION, DIR being the folder that has .git"
    case .unknownRevision(let path, let revision):
      "\(path) has no revision “\(revision)”\n  try:   git -C \(path) log \(revision)"
    case .notAKernel(let given, let lacks):
      "\(given) is not a kernel's source: it has no \(lacks) at its top"
    case .builtInPlace(let path):
      "\(path) was built in place, and so cannot be built elsewhere\n"
        + "  try:   make -C \(path) mrproper (after saving its .config)"
    case .damaged(let given, let detail): "\(given) cannot be unpacked: \(detail)"
    case .locked(let name, let path):
      "\(name): another process has held \(path) for too long; end it, or wait"
    }
  }
}
