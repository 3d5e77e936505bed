/// Says why a symbol has not the value that was asked, from the Kconfig files and the complete
/// `.config`.
package struct ConfigDiagnosis {
  let kconfig: Kconfig
  let evaluator: KconfigEvaluator
  /// What was asked, by symbol with prefix.
  let requests: [String: ConfigRequest]

  package init(kconfig: Kconfig, config: ConfigValues, plan: ConfigPlan) {
    self.kconfig = kconfig
    evaluator = KconfigEvaluator(kconfig: kconfig, config: config)
    requests = Dictionary(uniqueKeysWithValues: plan.requests.map { ($0.symbol, $0) })
  }

  /// The smallest part of the Kconfig files that kept a request out, in words.
  package func reason(for miss: ConfigMiss) -> String {
    let name = String(miss.symbol.dropFirst("CONFIG_".count))
    guard let symbol = kconfig.symbols[name] else {
      let near = kconfig.namesLike(name).prefix(2).map { "CONFIG_" + $0 }
      return "no such symbol in this version"
        + (near.isEmpty ? "" : "; did you mean " + near.joined(separator: " or ") + "?")
    }
    if let mismatch = typeMismatch(symbol, wanted: miss.wanted) { return mismatch }
    if miss.wanted == "n" { return whyOn(symbol) }
    guard symbol.hasPrompt else {
      return "has no prompt, so it cannot be asked for; " + whyUnset(symbol, depth: 1)
    }
    let level: Tristate = symbol.kind == .tristate && miss.wanted == "y" ? .yes : .module
    return obstacle(to: symbol, below: level, certain: true, depth: 1)
      ?? winner(over: symbol).map { "\($0) is chosen instead" }
      ?? outOfRange(symbol, wanted: miss.wanted)
      ?? obstacle(to: symbol, below: level, certain: false, depth: 1)
      ?? "its dependencies hold; `make olddefconfig` says more about the line"
  }

  /// A value that the type of the symbol cannot have.
  private func typeMismatch(_ symbol: KconfigSymbol, wanted: String) -> String? {
    let isState = ["y", "n", "m"].contains(wanted)
    switch symbol.kind {
    case .bool where wanted == "m": return "it is a bool, which cannot be m"
    case .tristate where wanted == "m" && evaluator.value(of: "MODULES") != "y":
      return "it cannot be m without modules; MODULES is n"
    case .bool where !isState, .tristate where !isState:
      return "it is a \(symbol.kind?.rawValue ?? ""), which is y or n"
    case .int where isState && wanted != "n", .hex where isState && wanted != "n":
      return "it is a number (\(symbol.kind?.rawValue ?? ""))"
    case .string where !wanted.hasPrefix("\"") && wanted != "n":
      return "it is a text; write it as \"\(wanted)\""
    default: return nil
    }
  }

  /// Why a symbol that was to be off is on.
  private func whyOn(_ symbol: KconfigSymbol) -> String {
    let active = activeSelectors(of: symbol.name)
    if !active.isEmpty { return "selected by " + Self.list(active, "and") }
    guard symbol.hasPrompt else {
      let value = symbol.definitions.flatMap(\.defaults).first
      return "has no prompt, so it cannot be turned off; its default is \(value ?? "y")"
    }
    if let obstacle = obstacle(to: symbol, below: .module, certain: true, depth: 1) {
      return obstacle
    }
    if let others = otherMembers(of: symbol) {
      return "its choice has no other member that is asked for; ask for "
        + Self.list(others.map { "CONFIG_" + $0 }, "or")
    }
    return "its default holds against the request; `make olddefconfig` says more about the line"
  }

  /// The dependencies and prompt conditions that keep a symbol from being set.
  ///
  /// Of several definitions it is the one that lacks least; nil when one of them can be set. With
  /// `certain`, what depends on the toolchain is taken for fulfilled.
  func obstacle(
    to symbol: KconfigSymbol, below level: Tristate, certain: Bool, depth: Int
  ) -> String? {
    var nearest: Shortfall?
    for definition in symbol.definitions where definition.hasPrompt {
      let shortfall = Shortfall(
        evaluator, dependencies: definition.dependencies,
        promptConditions: definition.promptConditions, level: level, certain: certain)
      guard let shortfall else { return nil }
      if shortfall.culprits.count < nearest?.culprits.count ?? .max { nearest = shortfall }
    }
    return nearest.map { text(of: $0, depth: depth) }
  }

  /// The member that is on in the choice that the symbol belongs to.
  func winner(over symbol: KconfigSymbol) -> String? {
    guard let choice = symbol.definitions.lazy.compactMap(\.choice).first else { return nil }
    return kconfig.choices[choice].first { $0 != symbol.name && evaluator.value(of: $0) == "y" }
  }

  private func otherMembers(of symbol: KconfigSymbol) -> [String]? {
    guard let choice = symbol.definitions.lazy.compactMap(\.choice).first else { return nil }
    let others = kconfig.choices[choice].filter { other in
      guard other != symbol.name, let member = kconfig.symbols[other] else { return false }
      return obstacle(to: member, below: .module, certain: true, depth: 0) == nil
    }
    return others.isEmpty ? nil : others
  }

  private func outOfRange(_ symbol: KconfigSymbol, wanted: String) -> String? {
    guard let number = KconfigEvaluator.number(wanted) else { return nil }
    for text in symbol.definitions.flatMap(\.ranges) {
      guard let range = kconfig.range(text) else { continue }
      if let condition = range.condition, evaluator.evaluate(condition) == .no { continue }
      let bounds = [range.low, range.high].map { bound -> String in
        guard case .symbol(let name) = bound, kconfig.symbols[name] != nil else {
          return "\(bound)"
        }
        return evaluator.value(of: name)
      }
      guard let low = KconfigEvaluator.number(bounds[0]),
        let high = KconfigEvaluator.number(bounds[1])
      else { return nil }
      return (low...max(low, high)).contains(number)
        ? nil : "its range is \(bounds[0]) to \(bounds[1])"
    }
    return nil
  }

  /// The symbols that hold this one on.
  func activeSelectors(of name: String) -> [String] {
    var seen: Set<String> = []
    return (kconfig.selectors[name] ?? []).filter { selector in
      guard Tristate(evaluator.value(of: selector.name)) > .no else { return false }
      guard let condition = selector.condition.flatMap({ kconfig.expression($0) }) else {
        return true
      }
      return evaluator.evaluate(condition) != .no
    }
    .map(\.name).filter { seen.insert($0).inserted }
  }
}
