internal import GuestProtocol
internal import Kernels
internal import Machine
internal import Results
internal import Yams

/// Turns the YAML of a plan into a `RunPlan`, and says exactly what it does not understand.
struct RunPlanReader {
  let kernels: KernelCatalog
  let machines: MachineCatalog
  let suites: [Suite]
  let yaml: StrictYAML

  init(file: String, kernels: KernelCatalog, machines: MachineCatalog, suites: [Suite]) {
    self.kernels = kernels
    self.machines = machines
    self.suites = suites
    yaml = StrictYAML(file: file)
  }

  /// The keys of a plan, in the order in which they are read.
  private enum Key: String, CaseIterable {
    case kernels, machines, suites, filter, exclude, isolate, seed, deadline, baseline, red
    case repetitions = "repeat"
  }

  func plan(in text: String) throws -> RunPlan {
    let root = try yaml.root(of: text, expecting: "a plan, whose key \"kernels\" at least is there")
    let fields = try yaml.fields(of: root, allowed: Key.allCases.map(\.rawValue), place: "a plan")
    func field(_ key: Key) -> Node? { fields[key.rawValue] }
    guard let node = field(.kernels) else {
      throw yaml.problem(at: root, "a plan lacks \"kernels\", a list of names or paths")
    }
    var plan = RunPlan(
      kernels: try kernels(node),
      machines: try field(.machines).map(machines) ?? [machines.machines[0]],
      suites: try field(.suites).map(suites) ?? suites)
    if let node = field(.filter) { plan.suites = try filtered(plan.suites, node) }
    if let node = field(.repetitions) { plan.repetitions = try number(node, "repeat", 1...1_000) }
    if let node = field(.seed) { plan.seed = UInt64(try number(node, "seed", 0...(1 << 53))) }
    if let node = field(.deadline) { plan.deadline = try duration(node, "\"deadline\"") }
    if let node = field(.isolate) {
      let word = try yaml.text(node, "\"isolate\"")
      plan.isolation = try choice(word, node, "\"isolate\"")
    }
    if let node = field(.baseline) { plan.baseline = try baseline(node, of: plan) }
    if let node = field(.red) {
      plan.redness = try choice(try yaml.text(node, "\"red\""), node, "\"red\"")
      guard plan.redness == .failures || plan.baseline != nil else {
        throw yaml.problem(
          at: node, "\"red\" is \"\(plan.redness.rawValue)\", and there is no \"baseline\"")
      }
    }
    if let node = field(.exclude) { plan.exclusions = try exclusions(node, of: plan) }
    return plan
  }

  private func kernels(_ node: Node) throws -> [String] {
    try named(node, "kernels") { name, node in
      do {
        _ = try KernelSource.parse(name, catalog: kernels)
      } catch let error as UnknownKernel {
        throw unknown("kernel", name, node, among: error.known)
      } catch let error as KernelPathError {
        throw yaml.problem(at: node, "\(error)")
      }
      return name
    }
  }

  private func machines(_ node: Node) throws -> [MachineProfile] {
    try named(node, "machines") { name, node in
      guard let machine = machines.machines.first(where: { $0.name == name }) else {
        throw unknown("machine", name, node, among: machines.names)
      }
      return machine
    }
  }

  private func suites(_ node: Node) throws -> [Suite] {
    let wanted = try named(node, "suites") { name, node in
      guard let suite = suites.first(where: { $0.name == name }) else {
        throw unknown("suite", name, node, among: suites.map(\.name))
      }
      return suite.name
    }
    return suites.filter { wanted.contains($0.name) }
  }

  private func filtered(_ suites: [Suite], _ node: Node) throws -> [Suite] {
    let names = suites.flatMap { $0.cases.map(\.name) }
    let globs = try yaml.list(node, "\"filter\"").map { text, node in
      let glob = Glob(text)
      guard names.contains(where: glob.matches) else {
        throw yaml.problem(
          at: node, "no case of these suites matches \"\(text)\"\(hint(text, among: names))")
      }
      return glob
    }
    return suites.compactMap { suite in
      suite.keeping { listing in globs.contains { $0.matches(listing.name) } }
    }
  }

  /// The entries of a list of names, each once.
  private func named<Item>(
    _ node: Node, _ key: String, _ item: (String, Node) throws -> Item
  ) throws -> [Item] {
    var seen: Set<String> = []
    return try yaml.list(node, "\"\(key)\"").map { text, node in
      guard seen.insert(text).inserted else {
        throw yaml.problem(at: node, "\"\(text)\" stands twice in \"\(key)\"")
      }
      return try item(text, node)
    }
  }
}

// MARK: - What is left out

extension RunPlanReader {
  private func exclusions(_ node: Node, of plan: RunPlan) throws -> [CaseSelection.Exclusion] {
    guard let rules = node.sequence else {
      throw yaml.problem(at: node, "\"exclude\" must be a list of rules")
    }
    let names = try kernelNames(plan)
    let planned = names.flatMap { kernel in
      plan.machines.flatMap { machine in
        plan.suites.flatMap { suite in
          suite.cases.map {
            PlannedCase(
              kernel: kernel, machine: machine.name, suite: suite.name, name: $0.name)
          }
        }
      }
    }
    var left = planned
    let exclusions = try rules.map { node in
      let rule = try exclusion(node, of: plan, kernels: names)
      guard planned.contains(where: rule.matches) else {
        throw yaml.problem(
          at: node, "this rule excludes nothing: no case of the plan has all of it")
      }
      left.removeAll(where: rule.matches)
      return rule
    }
    guard !left.isEmpty else { throw yaml.problem(at: node, "\"exclude\" leaves no case to run") }
    return exclusions
  }

  private func exclusion(
    _ node: Node, of plan: RunPlan, kernels: [String]
  ) throws -> CaseSelection.Exclusion {
    let fields = try yaml.fields(
      of: node, allowed: ["kernel", "machine", "suite", "case", "reason"],
      place: "a rule of \"exclude\"")
    guard let reason = fields["reason"] else {
      throw yaml.problem(at: node, "a rule of \"exclude\" lacks \"reason\"")
    }
    guard fields.count > 1 else {
      throw yaml.problem(
        at: node, "a rule of \"exclude\" names no kernel, machine, suite or case")
    }
    func glob(_ key: String, among known: [String]) throws -> Glob? {
      guard let node = fields[key] else { return nil }
      let text = try yaml.text(node, "\"\(key)\" of a rule")
      let glob = Glob(text)
      guard known.contains(where: glob.matches) else {
        throw yaml.problem(
          at: node, "no \(key) of the plan matches \"\(text)\"\(hint(text, among: known))")
      }
      return glob
    }
    return CaseSelection.Exclusion(
      kernel: try glob("kernel", among: kernels),
      machine: try glob("machine", among: plan.machines.map(\.name)),
      suite: try glob("suite", among: plan.suites.map(\.name)),
      name: try glob("case", among: plan.suites.flatMap { $0.cases.map(\.name) }),
      reason: try yaml.text(reason, "\"reason\" of a rule"))
  }

  private func baseline(_ node: Node, of plan: RunPlan) throws -> PlanBaseline {
    if let text = node.scalar?.string {
      guard text == "previous" else {
        throw yaml.problem(
          at: node,
          "\"baseline\" is \"\(text)\"; expected previous, {run: RUN} or {kernel: NAME}")
      }
      return .previous
    }
    let fields = try yaml.fields(of: node, allowed: ["run", "kernel"], place: "\"baseline\"")
    switch (fields["run"], fields["kernel"]) {
    case (let run?, nil): return .run(try yaml.text(run, "\"run\" of \"baseline\""))
    case (nil, let kernel?):
      let text = try yaml.text(kernel, "\"kernel\" of \"baseline\"")
      guard let place = plan.kernels.firstIndex(of: text), plan.kernels.count > 1 else {
        throw yaml.problem(
          at: kernel,
          plan.kernels.contains(text)
            ? "\"\(text)\" is the only kernel of the plan: there is none to compare with it"
            : "no kernel of the plan is \"\(text)\"\(hint(text, among: plan.kernels))")
      }
      return .kernel(try kernelNames(plan)[place])
    default: throw yaml.problem(at: node, "\"baseline\" names a run or a kernel, one of them")
    }
  }

  /// What the kernels of the plan are called in its results.
  private func kernelNames(_ plan: RunPlan) throws -> [String] {
    try plan.kernels.map { try KernelSource.parse($0, catalog: kernels).name }
  }
}

// MARK: - Values of a kind

extension RunPlanReader {
  private func number(_ node: Node, _ key: String, _ range: ClosedRange<Int>) throws -> Int {
    let text = try yaml.text(node, "\"\(key)\"")
    guard let number = Int(text), range.contains(number) else {
      throw yaml.problem(
        at: node,
        "\"\(key)\" is \"\(text)\"; expected a number from \(range.lowerBound) to "
          + "\(range.upperBound)")
    }
    return number
  }

  /// The longest deadline; a night has fewer hours.
  private static let longest = 7 * 86_400

  private func duration(_ node: Node, _ what: String) throws -> Duration {
    let text = try yaml.text(node, what)
    let units = ["h": 3_600, "min": 60, "s": 1]
    if let match = text.wholeMatch(of: /([0-9]{1,6}) ?(h|min|s)/), let count = Int(match.1),
      let unit = units[String(match.2)], (1...Self.longest).contains(count * unit)
    {
      return .seconds(count * unit)
    }
    throw yaml.problem(
      at: node, "\(what) is \"\(text)\"; expected a time up to a week, such as 6 h, 90 min or 30 s")
  }

  private func choice<Choice>(_ text: String, _ node: Node, _ what: String) throws -> Choice
  where Choice: RawRepresentable<String> & CaseIterable {
    if let choice = Choice(rawValue: text) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    throw yaml.problem(at: node, "\(what) is \"\(text)\"\(hint(text, among: known))")
  }

  private func unknown(
    _ what: String, _ name: String, _ node: Node, among known: [String]
  ) -> CatalogError {
    yaml.problem(at: node, "there is no \(what) \"\(name)\"\(hint(name, among: known))")
  }

  /// More names than this help nobody.
  private static let shownNames = 12

  private func hint(_ text: String, among known: [String]) -> String {
    if let near = NearestNames.of(text, among: known, limit: 1).first {
      return "; did you mean \"\(near)\"?"
    }
    let more = known.count > Self.shownNames ? " and \(known.count - Self.shownNames) more" : ""
    return "; known: " + known.prefix(Self.shownNames).joined(separator: ", ") + more
  }
}
