extension Comparison {
  /// Finds the results that rows show, by `ComparedCase.sample`.
  package typealias Details = ([Int]) throws -> [Int: CaseResult]

  /// Compares two sides.
  ///
  /// `force` compares other machines, too. `details` is asked once for each side, and for rows only.
  ///
  /// - Throws: `ComparisonError` when it is not clear which kernels belong together, and what `details` throws.
  package static func between(
    _ base: ComparedSide, _ candidate: ComparedSide, force: Bool = false,
    baseDetails: Details, candidateDetails: Details
  ) throws -> Comparison {
    let (left, right, isPaired) = try matched(base, candidate)
    let differences =
      isPaired ? SideDifference.between(left.guests, right.guests) : byKernel(left, right)
    var comparison = Comparison(
      base: Side(left), candidate: Side(right), obstacles: [], differences: differences,
      counts: [:], rows: [], timing: [])
    comparison.obstacles = obstacles(left, right, differences)
    if force { comparison.obstacles = comparison.obstacles.filter { $0 == Self.noCommonCase } }
    guard comparison.isComparable else { return comparison }
    var join = ComparisonJoin(left, right, isPaired: isPaired)
    join.run()
    comparison.counts = join.counts
    comparison.timing = join.timing
    comparison.rows = try join.rows(baseDetails, candidateDetails)
    let says = comparison.counts.contains { verdict, count in
      count > 0 && ![.inconclusive, .lostCoverage, .appeared].contains(verdict)
    }
    if !says {
      comparison.obstacles.append("no case has a conclusive result on both sides")
    }
    return comparison
  }

  /// Compares two runs in memory.
  package static func between(_ base: Run, _ candidate: Run, force: Bool = false) throws -> Self {
    func details(_ run: Run) -> Details {
      { places in Dictionary(uniqueKeysWithValues: places.map { ($0, run.results[$0]) }) }
    }
    return try between(
      ComparedSide(base, name: base.id), ComparedSide(candidate, name: candidate.id), force: force,
      baseDetails: details(base), candidateDetails: details(candidate))
  }

  private static let noCommonCase = "the two sides have no case in common"

  /// The sides with what identifies their cases made the same; `isPaired` when one kernel stands against one.
  private static func matched(
    _ base: ComparedSide, _ candidate: ComparedSide
  ) throws -> (ComparedSide, ComparedSide, isPaired: Bool) {
    var (left, right) = (base, candidate)
    let (before, after) = (left.kernels, right.kernels)
    switch (before.count, after.count) {
    case (1, 1): break
    case (1, 2...):
      guard after.contains(before[0]) else {
        throw ComparisonError.whichKernel(side: right.name, kernels: after, other: before[0])
      }
      right = try right.only(kernel: before[0])
    case (2..., 1):
      guard before.contains(after[0]) else {
        throw ComparisonError.whichKernel(side: left.name, kernels: before, other: after[0])
      }
      left = try left.only(kernel: after[0])
    default: return (left, right, false)
    }
    return (left, right, true)
  }

  private static func byKernel(_ left: ComparedSide, _ right: ComparedSide) -> [SideDifference] {
    TextOrder.unique(left.kernels + right.kernels).flatMap { kernel -> [SideDifference] in
      let (before, after) = (left.guests(of: kernel), right.guests(of: kernel))
      if before.isEmpty || after.isEmpty { return [] }
      return SideDifference.between(before, after, label: "\(kernel): ")
    }
  }

  private static func obstacles(
    _ left: ComparedSide, _ right: ComparedSide, _ differences: [SideDifference]
  ) -> [String] {
    let (before, after) = (left.machines, right.machines)
    if left.cases.isEmpty || right.cases.isEmpty { return [noCommonCase] }
    guard !Set(before).isDisjoint(with: after) else {
      return [
        "the base ran on machine \(before.joined(separator: ", ")), the candidate on "
          + "\(after.joined(separator: ", ")): a case may differ for that alone"
      ]
    }
    // With several machines a guest's size is its machine's, and those are joined by name.
    guard before.count == 1, after.count == 1 else { return [] }
    return differences.filter(\.isObstacle).map {
      "\($0.what) was \($0.base ?? "unknown") for the base and \($0.candidate ?? "unknown") for the "
        + "candidate: a case may differ for that alone"
    }
  }
}

extension Comparison.Side {
  fileprivate init(_ side: ComparedSide) {
    self.init(
      name: side.name, runs: side.runs, kernels: side.kernels, machines: side.machines,
      accelerators: TextOrder.unique(side.guests.map(\.accelerator.rawValue)),
      releases: TextOrder.unique(side.guests.compactMap(\.release)), results: side.resultCount)
  }
}

extension ComparedSide {
  /// The side with one kernel of it alone.
  ///
  /// - Throws: `ComparisonError.noSuchKernel`.
  package func only(kernel: String) throws -> ComparedSide {
    guard kernels.contains(kernel) else {
      throw ComparisonError.noSuchKernel(side: name, kernel: kernel, kernels: kernels)
    }
    var side = self
    side.cases = cases.filter { $0.identity.kernel == kernel }
    side.guests = guests(of: kernel)
    return side
  }

  fileprivate func guests(of kernel: String) -> [GuestRecord] {
    guests.filter { $0.kernel == kernel }
  }
}

/// Order among short lists of text.
enum TextOrder {
  /// Each once, in the order of its first occurrence.
  static func unique(_ items: [String]) -> [String] {
    var seen: Set<String> = []
    return items.filter { seen.insert($0).inserted }
  }
}
