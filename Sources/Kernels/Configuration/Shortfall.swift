/// The conditions of one definition that do not hold.
struct Shortfall {
  /// The failing `depends on` conditions, short enough to print; outermost first.
  private(set) var dependencies: [String] = []
  /// The failing conditions of the prompt.
  private(set) var promptConditions: [String] = []
  /// The symbols and macros that make them fail, each once.
  private(set) var culprits: [KconfigEvaluator.Culprit] = []

  /// A condition of more characters is cut down to the part that fails.
  private static let longest = 60

  /// Nil when everything holds.
  ///
  /// With `certain`, what depends on the toolchain is taken for fulfilled.
  init?(
    _ evaluator: KconfigEvaluator, dependencies: [String], promptConditions: [String],
    level: Tristate, certain: Bool
  ) {
    for text in dependencies {
      let failing = note(
        evaluator, evaluator.kconfig.dependency(text), level: level, certain: certain)
      if let failing, !self.dependencies.contains(failing) { self.dependencies.append(failing) }
    }
    for text in promptConditions {
      let failing = note(
        evaluator, evaluator.kconfig.expression(text), level: level, certain: certain)
      if let failing { self.promptConditions.append(failing) }
    }
    if self.dependencies.isEmpty, self.promptConditions.isEmpty { return nil }
  }

  /// Takes the culprits of a condition and returns its text; nil when it holds.
  private mutating func note(
    _ evaluator: KconfigEvaluator, _ condition: KconfigExpression?, level: Tristate, certain: Bool
  ) -> String? {
    guard let condition else { return nil }
    func fails(_ part: KconfigExpression) -> Bool {
      evaluator.evaluate(part).map { $0 < level } ?? !certain
    }
    guard fails(condition) else { return nil }
    let parts = condition.conjuncts.filter(fails)
    for part in parts {
      for culprit in evaluator.culprits(of: part, below: level)
      where !culprits.contains(culprit) {
        culprits.append(culprit)
      }
    }
    let whole = "\(condition)"
    return whole.count <= Self.longest
      ? whole : parts.count == 1 ? "\(parts[0])" : "\(KconfigExpression.and(parts))"
  }
}
