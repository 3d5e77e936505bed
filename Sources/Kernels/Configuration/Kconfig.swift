/// The Kconfig files of a source tree: what its configuration symbols are and depend on.
package struct Kconfig {
  /// By name, without prefix.
  let symbols: [String: KconfigSymbol]
  let selectors: [String: [KconfigSelector]]
  let choices: [[String]]
  private let variables: [String: String]

  /// Reads the files that are in effect for one architecture, about 1 000 of them.
  ///
  /// - Throws: `ConfigError.unreadable`.
  package init(sourceRoot: String, architecture: String = "x86") throws(ConfigError) {
    variables = ["SRCARCH": architecture, "ARCH": architecture]
    var reader = KconfigReader(root: sourceRoot, variables: variables)
    try reader.read("Kconfig")
    symbols = reader.symbols
    selectors = reader.selectors
    choices = reader.choices
  }

  func expression(_ text: String) -> KconfigExpression? {
    var parser = KconfigExpressionParser(text, variables: variables)
    return parser.expression()
  }

  /// A `depends on`, which may have its own condition: with `A if B`, only where B is not `n` must
  /// A hold.
  func dependency(_ text: String) -> KconfigExpression? {
    var parser = KconfigExpressionParser(text, variables: variables)
    guard let needed = parser.expression() else { return nil }
    guard let condition = parser.guardCondition() else { return needed }
    return .or([needed, .compare(condition, .equal, .symbol("n"))])
  }

  /// A default value and its condition.
  func guarded(_ text: String) -> (value: KconfigExpression, condition: KconfigExpression?)? {
    var parser = KconfigExpressionParser(text, variables: variables)
    return parser.expression().map { ($0, parser.guardCondition()) }
  }

  /// The bounds of a `range` and its condition.
  func range(
    _ text: String
  ) -> (low: KconfigExpression, high: KconfigExpression, condition: KconfigExpression?)? {
    var parser = KconfigExpressionParser(text, variables: variables)
    guard let low = parser.operand(), let high = parser.operand() else { return nil }
    return (low, high, parser.guardCondition())
  }

  /// Names with a prompt that differ from an unknown one in at most one of six characters.
  ///
  /// More would be names that mean something else: KASAN, KCSAN and KMSAN differ in one of five.
  func namesLike(_ name: String) -> [String] {
    let wanted = Array(name)
    let allowed = min(2, wanted.count / 6)
    // Whole names are compared only when they begin or end alike: there are 15 000 of them.
    let near = symbols.values.filter { symbol in
      symbol.hasPrompt && abs(symbol.name.utf8.count - wanted.count) <= allowed
        && (symbol.name.hasPrefix(name.prefix(3)) || symbol.name.hasSuffix(name.suffix(3)))
        && NearestNames.editDistance(wanted, Array(symbol.name)) <= allowed
    }
    return near.map(\.name).sorted()
  }
}
