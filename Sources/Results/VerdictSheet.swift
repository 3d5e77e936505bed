/// The plan with a verdict behind each entry: filled once per entry, complete when closed.
///
/// This is what makes "nothing is silently missing" true: the sheet exists before the first guest
/// boots, refuses a second verdict, and closing it turns every empty entry into `missing`.
package struct VerdictSheet: Sendable {
  /// Why a result was not taken.
  package enum Refusal: Error, Equatable {
    /// The entry has its verdict already.
    case alreadyJudged(PlannedCase, Verdict)
    /// The plan has no such entry.
    case notPlanned(PlannedCase)
  }

  package let plan: Plan
  private var filled: [PlannedCase: CaseResult] = [:]
  private var unplanned: [CaseResult] = []
  private var unplannedEntries: Set<PlannedCase> = []
  private let planned: Set<PlannedCase>

  package init(_ plan: Plan) {
    self.plan = plan
    planned = Set(plan.cases)
  }

  /// Writes the verdict of one entry; fails when there is one, or no such entry.
  package mutating func record(_ result: CaseResult) throws(Refusal) {
    guard planned.contains(result.planned) else { throw .notPlanned(result.planned) }
    if let earlier = filled[result.planned] {
      throw .alreadyJudged(result.planned, earlier.verdict)
    }
    filled[result.planned] = result
  }

  /// Adds a result outside the plan: what a program reported without having listed it, an `error`, or a point of a
  /// foreign program, which lists nothing.
  ///
  /// A name that has a verdict already gets a number: what one guest says must not blur what another one said.
  package mutating func recordUnplanned(_ result: CaseResult) {
    var result = result
    let name = result.planned.name
    var number = 1
    while planned.contains(result.planned) || !unplannedEntries.insert(result.planned).inserted {
      number += 1
      result.planned.name = "\(name)-\(number)"
    }
    unplanned.append(result)
  }

  /// The entries without verdict, in the order of the plan.
  package var open: [PlannedCase] { plan.cases.filter { filled[$0] == nil } }

  /// All results in the order of the plan, unplanned ones last; empty entries become `missing`.
  ///
  /// `reason` says why nothing came of an empty entry.
  package func closed(_ reason: (PlannedCase) -> Reason) -> [CaseResult] {
    plan.cases.map { filled[$0] ?? CaseResult($0, .missing, reason: reason($0)) } + unplanned
  }
}

extension VerdictSheet.Refusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .alreadyJudged(let planned, let verdict):
      "\(place(planned)) ended before, with \(verdict.rawValue)"
    case .notPlanned(let planned):
      "\(place(planned)) stands in no plan"
    }
  }
  private func place(_ planned: PlannedCase) -> String {
    "\(planned.suite)/\(planned.name) on \(planned.kernel)"
  }
}
