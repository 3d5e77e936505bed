/// What a run has found out by now, kept up from its events: a run that is killed leaves the last of these behind.
package struct RunSoFar: Sendable {
  private let id: String
  private let started: String
  private let seed: UInt64
  private var plan = Plan([])
  private var planned: Set<PlannedCase> = []
  private var guests: [GuestRecord] = []
  private var results: [PlannedCase: CaseResult] = [:]
  /// What was reported outside the plan, in the order in which it came.
  private var unplanned: [PlannedCase] = []

  /// - Parameters:
  ///   - id: the run's name.
  ///   - started: when it began, RFC 3339 with zone.
  ///   - seed: what chance in the programs starts from.
  package init(id: String, started: String, seed: UInt64) {
    self.id = id
    self.started = started
    self.seed = seed
  }

  package mutating func note(_ event: RunEvent) {
    switch event {
    case .runStarted(let plan):
      self.plan = plan
      planned = Set(plan.cases)
    case .guestUp(let guest):
      // The first guest of a kernel and machine stands for those that follow it.
      if !guests.contains(where: { $0.kernel == guest.kernel && $0.machine == guest.machine }) {
        guests.append(guest)
      }
    case .caseEnded(let result), .caseRevised(let result, from: _): take(result)
    case .guestBooting, .suiteStarted, .caseStarted, .suiteEnded, .guestEnded, .notice, .runEnded:
      break
    }
  }

  /// The run as it would be if it ended now; what has no result is `missing`.
  package func run(elapsedMilliseconds: Int) -> Run {
    // The boot is judged when its guest ends; a guest that has run a case has booted.
    let booted = Set(
      results.values.filter { $0.verdict != .missing }.map {
        PlannedCase.boot(
          kernel: $0.planned.kernel, machine: $0.planned.machine,
          repetition: $0.planned.repetition)
      })
    let reason = Reason(.interrupted, "the run was ended before this was over")
    return Run(
      id: id, started: started, elapsedMilliseconds: elapsedMilliseconds, seed: seed,
      guests: guests,
      results: plan.cases.map { planned in
        if let result = results[planned] { return result }
        return booted.contains(planned)
          ? CaseResult(planned, .pass) : CaseResult(planned, .missing, reason: reason)
      } + unplanned.compactMap { results[$0] })
  }

  private mutating func take(_ result: CaseResult) {
    if results.updateValue(result, forKey: result.planned) == nil, !planned.contains(result.planned)
    {
      unplanned.append(result.planned)
    }
  }
}
