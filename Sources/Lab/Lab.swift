internal import Foundation
internal import Machine
package import Results

/// Runs suites on kernels: plans, boots, listens, judges.
package struct Lab: Sendable {
  private let initProgram: URL
  private let report: @Sendable (RunEvent) -> Void

  /// A lab with the guest programs of `installation`.
  ///
  /// `report` is told each step, in order, from any thread.
  ///
  /// - Throws: `Installation.Failure` when there is no `init` for the guest.
  package init(
    _ installation: Installation, report: @escaping @Sendable (RunEvent) -> Void
  ) throws {
    initProgram = try installation.initProgram()
    self.report = report
  }

  /// What a run found out, and what kept it from doing all it was asked.
  package struct Outcome: Sendable {
    package let run: Run
    /// Host or harness trouble, in the words of the error; the cases it cost are `missing`.
    package let trouble: [String]
    package let isInterrupted: Bool
  }

  /// Does what `spec` says; cancellation ends it early, with all results so far.
  package func run(_ spec: RunSpec) async -> Outcome {
    let began = ContinuousClock.now
    let started = Date.now
    let plan = spec.plan
    var sheet = VerdictSheet(plan)
    var guests: [GuestRecord] = []
    var trouble: [String] = []
    report(.runStarted(plan))
    do {
      let hypervisor = try await Hypervisor.open(
        spec.connection, accelerator: spec.accelerator.accelerator)
      for guest in spec.guests where !Task.isCancelled {
        let session = GuestSession(
          plan: guest, spec: spec, initProgram: initProgram, hypervisor: hypervisor, report: report)
        let outcome = await session.run()
        guests.append(outcome.guest)
        trouble += outcome.trouble
        for result in outcome.results { note(result, in: &sheet, &trouble) }
      }
      await hypervisor.close()
    } catch {
      trouble.append("\(error)")
    }
    let isInterrupted = Task.isCancelled
    let results = sheet.closed { _ in
      isInterrupted
        ? Reason(.interrupted, "stopped before it began")
        : Reason(.host, trouble.first ?? "the run ended before it began")
    }
    report(.runEnded)
    let elapsed = ContinuousClock.now - began
    return Outcome(
      run: Run(
        id: spec.id, started: started.formatted(.iso8601),
        elapsedMilliseconds: elapsed.wholeMilliseconds, guests: guests, results: results),
      trouble: trouble, isInterrupted: isInterrupted)
  }

  private func note(
    _ result: CaseResult, in sheet: inout VerdictSheet, _ trouble: inout [String]
  ) {
    do throws(VerdictSheet.Refusal) {
      try sheet.record(result)
    } catch {
      switch error {
      case .notPlanned: sheet.recordUnplanned(result)
      case .alreadyJudged: trouble.append("\(error)")
      }
    }
  }
}

extension Duration {
  /// Whole milliseconds, rounded down.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}
