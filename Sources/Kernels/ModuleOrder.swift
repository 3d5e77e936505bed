/// The order in which modules can be loaded: each after all it needs.
enum ModuleOrder {
  struct Step: Equatable {
    let name: String
    let group: ModuleGroup
    /// Without those that are built in.
    let needs: [String]
  }

  /// Two modules that need each other, or one that needs what the kernel does not have.
  struct Broken: Error, Equatable, CustomStringConvertible {
    let module: String
    let needs: String
    let isCircle: Bool

    var description: String {
      isCircle
        ? "module \(module) needs \(needs), which needs \(module)"
        : "module \(module) needs \(needs), which is neither built in nor a module of this kernel"
    }
  }

  /// Orders the wanted modules and everything they need.
  ///
  /// `roots` is what is wanted; one that is not in `needs` (built in, or not in this kernel) is
  /// left out. `needs` has for each module there is the modules it needs; `builtin` the names that
  /// are part of the image.
  static func of(
    _ roots: [(name: String, group: ModuleGroup)], needs: [String: [String]],
    builtin: Set<String>
  ) throws(Broken) -> [Step] {
    var steps: [Step] = []
    var state = Walk(needs: needs, builtin: builtin)
    for root in roots where needs[root.name] != nil && !builtin.contains(root.name) {
      try state.visit(root.name, root.group, &steps)
    }
    return steps
  }

  private struct Walk {
    let needs: [String: [String]]
    let builtin: Set<String>
    var placed: Set<String> = []
    var open: [String] = []

    init(needs: [String: [String]], builtin: Set<String>) {
      self.needs = needs
      self.builtin = builtin
    }

    mutating func visit(
      _ name: String, _ group: ModuleGroup, _ steps: inout [Step]
    ) throws(Broken) {
      if placed.contains(name) { return }
      open.append(name)
      let wanted = (needs[name] ?? []).filter { !builtin.contains($0) }
      for need in wanted {
        if open.contains(need) { throw Broken(module: name, needs: need, isCircle: true) }
        guard needs[need] != nil else {
          throw Broken(module: name, needs: need, isCircle: false)
        }
        try visit(need, group, &steps)
      }
      open.removeLast()
      placed.insert(name)
      steps.append(Step(name: name, group: group, needs: wanted))
    }
  }
}
