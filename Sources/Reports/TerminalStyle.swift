/// How text may look: with colours or without.
package struct TerminalStyle: Equatable, Sendable {
  /// What a colour stands for.
  package enum Paint: Sendable {
    case good, bad, known, quiet, strong

    fileprivate var code: String {
      switch self {
      case .good: "32"
      case .bad: "1;31"
      case .known: "33"
      case .quiet: "2"
      case .strong: "1"
      }
    }
  }

  package let isColored: Bool

  package static let plain = TerminalStyle(isColored: false)
  package static let colored = TerminalStyle(isColored: true)

  package init(isColored: Bool) {
    self.isColored = isColored
  }

  /// The style for an output: coloured on a terminal, unless `NO_COLOR` is set to anything or the
  /// terminal is dumb.
  package init(isTerminal: Bool, environment: [String: String]) {
    let refused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    self.init(isColored: isTerminal && !refused)
  }

  package func paint(_ text: String, _ paint: Paint) -> String {
    isColored && !text.isEmpty ? "\u{1B}[\(paint.code)m\(text)\u{1B}[0m" : text
  }
}
