/// Conditions of the Kconfig files under the values of a complete `.config`.
struct KconfigEvaluator {
  /// What keeps a condition from its wanted value.
  enum Culprit: Hashable {
    /// A symbol's name; `on` says whether it would have to be on.
    case symbol(String, on: Bool)
    /// What only the toolchain can answer.
    case macro(String)
  }

  let kconfig: Kconfig
  let config: ConfigValues

  /// The value of a symbol without prefix, quotes of a text left out.
  func value(of name: String) -> String {
    let value = config.value(of: "CONFIG_" + name)
    guard value.count >= 2, value.hasPrefix("\"") else { return value }
    return String(value.dropFirst().dropLast())
  }

  /// Nil when it depends on what the toolchain answers.
  func evaluate(_ expression: KconfigExpression) -> Tristate? {
    switch expression {
    case .symbol("m"): return value(of: "MODULES") == "y" ? .module : .no
    case .symbol, .text: return operand(expression).map { Tristate($0) }
    case .macro: return nil
    case .not(let inner): return evaluate(inner)?.inverse
    case .and(let parts): return decided(parts, by: .no) { min($0, $1) }
    case .or(let parts): return decided(parts, by: .yes) { max($0, $1) }
    case .compare(let left, let comparison, let right):
      guard let left = operand(left), let right = operand(right) else { return nil }
      return Self.holds(left, comparison, right) ? .yes : .no
    }
  }

  /// The symbols and macros that keep a condition below `level`.
  func culprits(of expression: KconfigExpression, below level: Tristate) -> [Culprit] {
    culprits(expression, level, on: true)
  }

  /// One part that is `decisive` decides; otherwise every part must be known.
  private func decided(
    _ parts: [KconfigExpression], by decisive: Tristate,
    _ combine: (Tristate, Tristate) -> Tristate
  ) -> Tristate? {
    let values = parts.map { evaluate($0) }
    if values.contains(decisive) { return decisive }
    let known = values.compactMap { $0 }
    guard known.count == values.count, let first = known.first else { return nil }
    return known.dropFirst().reduce(first, combine)
  }

  /// What makes it less than `level` (`on`), or more.
  private func culprits(
    _ expression: KconfigExpression, _ level: Tristate, on: Bool
  ) -> [Culprit] {
    func wrong(_ part: KconfigExpression) -> Bool {
      evaluate(part).map { on ? $0 < level : $0 > level } ?? true
    }
    switch expression {
    case .symbol(let name):
      return Self.isConstant(name) && kconfig.symbols[name] == nil ? [] : [.symbol(name, on: on)]
    case .text: return []
    case .macro(let text): return [.macro(text)]
    case .not(let inner): return culprits(inner, level.inverse, on: !on)
    case .and(let parts):
      return (on ? parts.filter(wrong) : parts).flatMap { culprits($0, level, on: on) }
    case .or(let parts):
      return (on ? parts : parts.filter(wrong)).flatMap { culprits($0, level, on: on) }
    case .compare(let left, let comparison, let right):
      // `A != n` and `A = y` want it on, `A = n` and `A != y` off; numbers have no such side.
      let wantsOn = (comparison == .notEqual) == (right == .symbol("n")) ? on : !on
      return [left, right].flatMap { culprits($0, level, on: wantsOn) }
    }
  }

  /// The text that a comparison sees.
  private func operand(_ expression: KconfigExpression) -> String? {
    switch expression {
    case .symbol(let name):
      kconfig.symbols[name] == nil ? name : value(of: name)
    case .text(let text): text
    default: nil
    }
  }

  private static func isConstant(_ name: String) -> Bool {
    ["y", "m", "n"].contains(name) || number(name) != nil
  }

  static func number(_ text: String) -> Int? {
    text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
  }

  private static func holds(
    _ left: String, _ comparison: KconfigExpression.Comparison, _ right: String
  ) -> Bool {
    let order: Int
    if let left = number(left), let right = number(right) {
      order = left - right
    } else {
      order = left == right ? 0 : left < right ? -1 : 1
    }
    switch comparison {
    case .equal: return order == 0
    case .notEqual: return order != 0
    case .less: return order < 0
    case .atMost: return order <= 0
    case .greater: return order > 0
    case .atLeast: return order >= 0
    }
  }
}
