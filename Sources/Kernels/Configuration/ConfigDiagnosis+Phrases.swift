extension ConfigDiagnosis {
  /// More of them are counted, not named.
  private static let namedAtMost = 4

  /// What keeps a symbol off, such as `depends on A && B; B is n`.
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
    let causes = phrases(for: shortfall.culprits, depth: depth)
    return parts.joined(separator: ", and ") + (causes.isEmpty ? "" : "; " + causes)
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
    case .macro(let text): return "\(text) is for the toolchain to answer"
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
    let selectors = (kconfig.selectors[symbol.name] ?? []).map(\.name)
    if selectors.isEmpty, !open, let nearest { return text(of: nearest, depth: depth) }
    let defaults = symbol.definitions.flatMap(\.defaults)
    var parts: [String] = []
    if !selectors.isEmpty {
      var seen: Set<String> = []
      let names = selectors.filter { seen.insert($0).inserted }
      parts.append("only \(Self.list(names, "or")) would select it")
    }
    if let text = defaults.first { parts.append(lack(ofDefault: text, depth: depth)) }
    return parts.isEmpty ? "nothing selects it" : parts.joined(separator: ", and ")
  }

  /// `its default is y if A; A is n`.
  private func lack(ofDefault text: String, depth: Int) -> String {
    guard let guarded = kconfig.guarded(text) else { return "its default is \(text)" }
    let parts = [guarded.condition, guarded.value].compactMap { $0 }
      .filter { evaluator.evaluate($0).map { $0 < .module } ?? true }
    let culprits = parts.flatMap { evaluator.culprits(of: $0, below: .module) }
    let causes = phrases(for: culprits, depth: depth)
    return "its default is "
      + (guarded.condition.map { "\(guarded.value) if \($0)" } ?? "\(guarded.value)")
      + (causes.isEmpty ? "" : "; " + causes)
  }

  /// `A, B or C`, at most four of them.
  static func list(_ names: [String], _ conjunction: String) -> String {
    var shown = Array(names.prefix(namedAtMost))
    if names.count > namedAtMost { shown.append("\(names.count - namedAtMost) more") }
    guard let last = shown.popLast() else { return "" }
    return shown.isEmpty ? last : shown.joined(separator: ", ") + " \(conjunction) " + last
  }
}
