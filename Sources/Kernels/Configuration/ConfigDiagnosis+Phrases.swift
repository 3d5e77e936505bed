extension ConfigDiagnosis {
  /// More of them are counted, not named.
  private static let namedAtMost = 4

  /// A shortfall in words: `depends on A && B; B is n`.
  ///
  /// With a `depth` above 0 it is also said why B is.
  func text(of shortfall: Shortfall, depth: Int) -> String {
    var parts: [String] = []
    if !shortfall.dependencies.isEmpty {
      parts.append("depends on " + shortfall.dependencies.joined(separator: " and on "))
    }
    if !shortfall.promptConditions.isEmpty {
      parts.append("can be set only if " + shortfall.promptConditions.joined(separator: " and "))
    }
    let conditions = parts.joined(separator: ", and ")
    return conditions + causes(of: conditions, shortfall.culprits, depth: depth)
  }

  /// What follows a condition: `; B is n`, or that the toolchain has the answer.
  private func causes(
    of condition: String, _ culprits: [KconfigEvaluator.Culprit], depth: Int
  ) -> String {
    if case .macro(let text)? = culprits.first, culprits.count == 1, condition.hasSuffix(text) {
      return ", which the toolchain answers"
    }
    return culprits.isEmpty ? "" : "; " + phrases(for: culprits, depth: depth)
  }

  /// `NUMA is n, SMP is n`.
  private func phrases(for culprits: [KconfigEvaluator.Culprit], depth: Int) -> String {
    var named = culprits
    if named.count > Self.namedAtMost {
      // Other architectures' symbols are the last that a reader wants to hear of.
      let known = named.filter { culprit in
        guard case .symbol(let name, _) = culprit else { return true }
        return kconfig.symbols[name] != nil
      }
      if !known.isEmpty { named = known }
    }
    let rest = culprits.count - min(named.count, Self.namedAtMost)
    return
      (named.prefix(Self.namedAtMost).map { phrase(for: $0, depth: depth) }
      + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: ", ")
  }

  private func phrase(for culprit: KconfigEvaluator.Culprit, depth: Int) -> String {
    switch culprit {
    case .macro(let text): return "\(text) is what the toolchain answers"
    case .symbol(let name, let on):
      let value = evaluator.value(of: name)
      let why = depth > 0 ? cause(of: name, value: value, on: on) : nil
      return "\(name) is \(value)" + (why.map { " (\($0))" } ?? "")
    }
  }

  /// Why a symbol has the value that is in the way; nil when there is nothing to add.
  private func cause(of name: String, value: String, on: Bool) -> String? {
    guard let symbol = kconfig.symbols[name] else { return "no such symbol in this version" }
    if let request = requests["CONFIG_" + name],
      request.value == evaluator.config.value(of: request.symbol)
    {
      return "as \(request.place) asks"
    }
    guard symbol.kind == .bool || symbol.kind == .tristate, on == (value == "n") else { return nil }
    guard on else {
      let active = activeSelectors(of: name)
      return active.isEmpty ? nil : "selected by " + Self.list(active, "and")
    }
    guard symbol.hasPrompt else { return whyUnset(symbol, depth: 0) }
    return obstacle(to: symbol, below: .module, certain: true, depth: 0)
      ?? winner(over: symbol).map { "\($0) is chosen instead" }
      ?? obstacle(to: symbol, below: .module, certain: false, depth: 0)
      ?? "nothing asks for it"
  }

  /// What a symbol without a prompt would need to be on.
  func whyUnset(_ symbol: KconfigSymbol, depth: Int) -> String {
    var nearest: Shortfall?
    var open = false
    for definition in symbol.definitions {
      let shortfall = Shortfall(
        evaluator, dependencies: definition.dependencies, promptConditions: [], level: .module,
        certain: true)
      open = open || shortfall == nil
      if let shortfall, shortfall.culprits.count < nearest?.culprits.count ?? .max {
        nearest = shortfall
      }
    }
    let selectors = selectors(of: symbol.name)
    if selectors.isEmpty, !open, let nearest { return text(of: nearest, depth: depth) }
    let defaults = symbol.definitions.flatMap(\.defaults)
    var parts: [String] = []
    if !selectors.isEmpty { parts.append("only \(Self.list(selectors, "or")) would select it") }
    if let text = defaults.first { parts.append(lack(ofDefault: text, depth: depth)) }
    return parts.isEmpty ? "nothing selects it" : parts.joined(separator: ", and ")
  }

  /// `its default is y if A; A is n`.
  private func lack(ofDefault text: String, depth: Int) -> String {
    guard let guarded = kconfig.guarded(text) else { return "its default is \(text)" }
    let parts = [guarded.condition, guarded.value].compactMap { $0 }
      .filter { evaluator.evaluate($0).map { $0 < .module } ?? true }
    let culprits = parts.flatMap { evaluator.culprits(of: $0, below: .module) }
    let condition =
      "its default is "
      + (guarded.condition.map { "\(guarded.value) if \($0)" } ?? "\(guarded.value)")
    return condition + causes(of: condition, culprits, depth: depth)
  }

  /// Who could select a symbol that is off; those that are on themselves come first, with the
  /// condition that does not hold.
  private func selectors(of name: String) -> [String] {
    let all = kconfig.selectors[name] ?? []
    let on = all.filter { Tristate(evaluator.value(of: $0.name)) > .no }
      .map { selector in selector.name + (selector.condition.map { " if \($0)" } ?? "") }
    let off = all.filter { Tristate(evaluator.value(of: $0.name)) == .no }.map(\.name)
    var seen: Set<String> = []
    return (on + off).filter { seen.insert($0).inserted }
  }

  /// `A, B or C`, at most four of them.
  static func list(_ names: [String], _ conjunction: String) -> String {
    var shown = Array(names.prefix(namedAtMost))
    if names.count > namedAtMost { shown.append("\(names.count - namedAtMost) more") }
    guard let last = shown.popLast() else { return "" }
    return shown.isEmpty ? last : shown.joined(separator: ", ") + " \(conjunction) " + last
  }
}
