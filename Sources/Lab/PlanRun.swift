internal import Foundation
internal import Machine
internal import Results

/// Does what is planned for one kernel and machine, guest after guest: the next one goes on where a case took one along,
/// or, isolated, with the next suite or case.
struct PlanRun {
  let spec: RunSpec
  let initProgram: URL
  let hypervisor: Hypervisor
  /// Where a guest that is to be kept goes; nil when none is.
  let shelf: Shelf?
  let report: @Sendable (RunEvent) -> Void

  /// How many guests may be taken along before what is left of the plan is `missing`, and how many of them may hang: each
  /// of those has cost a deadline.
  private static let bounds = (guests: 100, hung: 20)

  /// What came of the plan.
  struct Outcome {
    var guest: GuestRecord?
    var results: [CaseResult] = []
    var trouble: [String] = []
  }

  /// What is known while it goes on.
  private struct Progress {
    var outcome = Outcome()
    var boot: CaseResult?
    /// Cases whose verdict was doubtful once.
    var triedAgain: Set<PlannedCase> = []
    var taken = (guests: 0, hung: 0)
    var saved: SavedGuest?
    var canSave: Bool
    var restores: [Int] = []

    var isOver: Bool {
      !outcome.trouble.isEmpty || taken.guests >= PlanRun.bounds.guests
        || taken.hung >= PlanRun.bounds.hung
    }
  }

  func run(_ plan: GuestPlan) async -> Outcome {
    var progress = Progress(canSave: hypervisor.savesGuests)
    if !progress.canSave, spec.isolation != .none {
      report(.notice("\(hypervisor.uri) saves no guests for us, so each is booted"))
    }
    let configuration = ConfigFacts.facts(of: plan.kernel)
    let events = SuiteEvents(report)
    var rest: GuestPlan? = plan
    var number = 0
    while let plan = rest, !Task.isCancelled, !progress.isOver {
      number += 1
      let portion = plan.portion(spec.isolation)
      events.begin(portion, of: plan)
      let session = GuestSession(
        plan: portion, spec: spec, number: number, initProgram: initProgram,
        hypervisor: hypervisor, programs: plan.suites.map(\.suite),
        redBefore: progress.outcome.results.count {
          $0.verdict.isRed && !spec.expectedRed.contains($0.planned.name)
        }, isAfterTrouble: progress.taken.guests > 0, configuration: configuration, shelf: shelf,
        report: events.report)
      let outcome = await session.run(
        from: progress.saved,
        saving: progress.canSave && (spec.isolation != .none || number > 1))
      let done = take(outcome, &progress)
      rest = plan.without(done)
      events.end(portion, rest)
    }
    if let saved = progress.saved { await hypervisor.discard(saved) }
    if progress.isOver, progress.outcome.trouble.isEmpty { giveUp(rest, &progress) }
    if let boot = progress.boot { progress.outcome.results.append(boot) }
    if !progress.restores.isEmpty {
      let sorted = progress.restores.sorted()
      progress.outcome.guest?.facts["restores"] = .number(sorted.count)
      progress.outcome.guest?.facts["restore_ms"] = .number(sorted[sorted.count / 2])
    }
    return progress.outcome
  }

  /// Takes in what came of a guest; answers which cases are done.
  private func take(
    _ guest: GuestSession.Outcome, _ progress: inout Progress
  ) -> Set<PlannedCase> {
    if progress.outcome.guest == nil { progress.outcome.guest = guest.guest }
    progress.saved = guest.saved
    if let milliseconds = guest.restoreMilliseconds { progress.restores.append(milliseconds) }
    progress.canSave = progress.canSave && guest.canSave
    progress.outcome.trouble += guest.trouble
    if guest.end != .clean, guest.end != .kept, guest.end != nil { progress.taken.guests += 1 }
    if case .hung = guest.end { progress.taken.hung += 1 }
    // Once more for a case in which the guest was lost, or had next to no processor: that may have been the host's doing.
    let again = guest.results.filter {
      guest.doubtful.contains($0.planned) && !progress.triedAgain.contains($0.planned)
    }
    progress.triedAgain.formUnion(again.map(\.planned))
    for result in again where result.verdict != .lost {
      let name = "\(result.planned.suite)/\(result.planned.name)"
      let verdict = result.verdict.rawValue
      report(.notice("\(name) is tried again: \(verdict) while its guest waited for a processor"))
    }
    let waiting = Set((guest.results.filter(\.waitsForAnotherGuest) + again).map(\.planned))
    let rest = progress.isOver ? [] : waiting
    for result in guest.results where !rest.contains(result.planned) && !result.planned.isBoot {
      if result.waitsForAnotherGuest { report(.caseEnded(result)) }
      progress.outcome.results.append(result)
    }
    // The first boot counts, unless a later one is worse.
    if let boot = guest.results.first(where: \.planned.isBoot),
      progress.boot.map({ $0.verdict == .pass && boot.verdict != .pass }) ?? true
    {
      progress.boot = boot
    }
    return Set(guest.results.map(\.planned)).subtracting(rest)
  }

  /// Says of every case that is left why it is `missing`.
  private func giveUp(_ rest: GuestPlan?, _ progress: inout Progress) {
    let why = "\(progress.taken.guests) guests before it were taken along"
    for planned in rest?.planned ?? [] {
      let result = CaseResult(planned, .missing, reason: Reason(.guestGone, why))
      report(.caseEnded(result))
      progress.outcome.results.append(result)
    }
  }
}
