/// Why a kernel configuration cannot be had.
package enum ConfigError: Error, Equatable, CustomStringConvertible {
  /// A fragment that cannot be understood; the line is counted from 1.
  case malformed(file: String, line: Int, problem: String)
  case unreadable(path: String)
  case unknownFragment(name: String, nearest: [String], known: [String])
  case notASourceTree(path: String)
  /// The kernel's own `olddefconfig` has decided otherwise than was asked.
  case notSatisfied(fragments: [String], version: KernelVersion, misses: [ExplainedMiss])

  package var description: String {
    switch self {
    case .malformed(let file, let line, let problem): return "\(file):\(line): \(problem)"
    case .unreadable(let path):
      return "\(path) cannot be read: check that it exists and its permissions"
    case .unknownFragment(let name, let nearest, let known):
      let hint =
        nearest.isEmpty
        ? "known: " + known.joined(separator: ", ")
        : "did you mean " + nearest.joined(separator: " or ") + "?"
      return "unknown configuration \"\(name)\"; \(hint) (a path to a file needs a \"/\")"
    case .notASourceTree(let path):
      return "\(path) is no kernel source tree: it has no Makefile with VERSION and PATCHLEVEL"
    case .notSatisfied(let fragments, let version, let misses):
      return Self.text(of: misses, fragments: fragments, version: version)
    }
  }

  private static func text(
    of misses: [ExplainedMiss], fragments: [String], version: KernelVersion
  ) -> String {
    let names = fragments.joined(separator: " + ")
    let lines = misses.map { explained in
      let miss = explained.miss
      return "  \(miss.symbol)=\(miss.wanted) (\(miss.request.place)) is \(miss.got): "
        + explained.reason
    }
    return
      (["the configuration \(names) cannot be had on linux \(version):"] + lines
      + ["  try: `# only: >=A.B` above the line, or another fragment"])
      .joined(separator: "\n")
  }
}
