/// A condition of the Kconfig language.
indirect enum KconfigExpression: Equatable {
  enum Comparison: String {
    case equal = "="
    case notEqual = "!="
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="
  }

  /// A symbol without its prefix, or one of `y`, `m`, `n`, or a number.
  case symbol(String)
  case text(String)
  /// `$(cc-option,-mfoo)` and the like: what the toolchain answers while Kconfig is read.
  case macro(String)
  case not(KconfigExpression)
  case and([KconfigExpression])
  case or([KconfigExpression])
  case compare(KconfigExpression, Comparison, KconfigExpression)

  /// The parts that must all hold.
  var conjuncts: [KconfigExpression] {
    if case .and(let parts) = self { return parts.flatMap(\.conjuncts) }
    return [self]
  }
}

extension KconfigExpression: CustomStringConvertible {
  var description: String {
    switch self {
    case .symbol(let name): name
    case .text(let text): "\"\(text)\""
    case .macro(let text): text
    case .not(let inner): "!" + inner.bracketed
    case .and(let parts): parts.map(\.bracketed).joined(separator: " && ")
    case .or(let parts): parts.map(\.bracketed).joined(separator: " || ")
    case .compare(let left, let comparison, let right): "\(left) \(comparison.rawValue) \(right)"
    }
  }

  private var bracketed: String {
    switch self {
    case .and, .or: "(\(description))"
    default: description
    }
  }
}

/// The three values of a symbol or condition.
enum Tristate: Int, Comparable {
  case no, module, yes

  /// Reads a symbol's value; numbers and texts count as `n` in a condition.
  init(_ value: String) {
    self = value == "y" ? .yes : value == "m" ? .module : .no
  }

  var inverse: Tristate { Tristate(rawValue: 2 - rawValue) ?? .no }

  static func < (left: Tristate, right: Tristate) -> Bool { left.rawValue < right.rawValue }
}
