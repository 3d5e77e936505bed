/// How a suite program ended.
package enum ProgramEnd: Equatable, Hashable, Sendable {
  case exited(status: Int)
  case signalled(Int)

  /// The end in words that continue "the program ended …".
  package var phrase: String {
    switch self {
    case .exited(let status): "with status \(status)"
    case .signalled(let signal): "by signal \(signal)"
    }
  }

  /// Whether kselftest's convention explains this end when no case failed: 0, or 4 for "all
  /// skipped".
  var isQuiet: Bool { self == .exited(status: 0) || self == .exited(status: 4) }

  /// Whether it is one of kselftest's five statuses.
  var isConventional: Bool {
    if case .exited(0...4) = self { true } else { false }
  }
}
