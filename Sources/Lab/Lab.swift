internal import Foundation
package import Machine
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
    /// The guest that was kept, on a host that is open; the caller ends both.
    package fileprivate(set) var kept: (guest: KeptGuest, host: Host)?
  }

  /// Does what `spec` says; cancellation ends it early, with all results so far, and then no guest is kept.
  package func run(_ spec: RunSpec) async -> Outcome {
    do {
      let host = try await open(spec.connection, accelerator: spec.accelerator)
      let outcome = await run(spec, on: host)
      if outcome.kept == nil { await host.close() }
      return outcome
    } catch {
      return await run(spec, on: nil, trouble: Task.isCancelled ? [] : ["\(error)"])
    }
  }

  /// Where guests run: held open over several runs, since one process opens it once.
  package struct Host: Sendable {
    fileprivate let hypervisor: Hypervisor

    /// Lets go of it, and ends what guests it still has.
    package func close() async { await hypervisor.close() }

    /// Where other processes of this user may ask for its guests.
    package var controlSocket: String { hypervisor.controlSocket }
  }

  /// Opens libvirt; nil is the embedded driver.
  ///
  /// - Throws: what `Hypervisor.open` throws.
  package func open(
    _ connection: String?, accelerator: AcceleratorChoice
  ) async throws -> Host {
    Host(
      hypervisor: try await Hypervisor.open(connection, accelerator: accelerator.accelerator))
  }

  /// As `run(_:)`, on a host that is open; `report` is told instead of the lab's own.
  package func run(
    _ spec: RunSpec, on host: Host, report: (@Sendable (RunEvent) -> Void)? = nil
  ) async -> Outcome {
    await run(spec, on: host, trouble: [], report: report ?? self.report)
  }

  private func run(
    _ spec: RunSpec, on host: Host?, trouble: [String],
    report: (@Sendable (RunEvent) -> Void)? = nil
  ) async -> Outcome {
    let report = report ?? self.report
    let began = ContinuousClock.now
    let started = Date.now
    let plan = spec.plan
    var work = Work(sheet: VerdictSheet(plan), trouble: trouble)
    var isLate = false
    let shelf = spec.keeps.map { Shelf($0) }
    report(.runStarted(plan))
    if let host {
      let planRun = PlanRun(
        spec: spec, initProgram: initProgram, hypervisor: host.hypervisor, shelf: shelf,
        report: report)
      (work, isLate) = await self.work(planRun, from: work, within: spec.deadline)
    }
    let isInterrupted = Task.isCancelled
    let (open, first) = (work.sheet, work.trouble.first)
    var results = open.closed { _ in
      isInterrupted || isLate
        ? Reason(.interrupted, "stopped before it began")
        : Reason.host(first ?? "the run ended before it began")
    }
    if isLate, !isInterrupted, let deadline = spec.deadline {
      results = results.map { $0.blaming(deadline) }
    }
    report(.runEnded)
    let elapsed = ContinuousClock.now - began
    var outcome = Outcome(
      run: Run(
        id: spec.id, started: started.formatted(.iso8601),
        elapsedMilliseconds: elapsed.wholeMilliseconds, seed: spec.seed,
        guests: work.guests, results: results),
      trouble: work.trouble, isInterrupted: isInterrupted)
    if let guest = shelf?.take(), let host {
      if isInterrupted { await guest.end() } else { outcome.kept = (guest, host) }
    }
    return outcome
  }

  /// Does what is planned, guest after guest, until all is done or the time is over.
  private func work(
    _ planRun: PlanRun, from start: Work, within deadline: Duration?
  ) async -> (Work, isLate: Bool) {
    enum End {
      case done(Work), late, cancelled
    }
    return await withTaskGroup(of: End.self) { group in
      group.addTask {
        var work = start
        for guest in planRun.spec.guests where !Task.isCancelled {
          let outcome = await planRun.run(guest)
          work.trouble += outcome.trouble
          if let guest = outcome.guest { work.guests.append(guest) }
          for result in outcome.results { note(result, in: &work.sheet, &work.trouble) }
        }
        return .done(work)
      }
      if let deadline {
        group.addTask {
          do { try await Task.sleep(for: deadline) } catch { return .cancelled }
          return .late
        }
      }
      var isLate = false
      for await end in group {
        switch end {
        case .done(let work):
          group.cancelAll()
          return (work, isLate)
        case .late:
          isLate = true
          planRun.report(
            .notice("the run's deadline, \(deadline.map { $0.words } ?? ""), has passed"))
          group.cancelAll()
        case .cancelled: break
        }
      }
      return (start, isLate)
    }
  }

  /// What a run has so far.
  private struct Work {
    var sheet: VerdictSheet
    var guests: [GuestRecord] = []
    var trouble: [String]
  }

  private func note(
    _ result: CaseResult, in sheet: inout VerdictSheet, _ trouble: inout [String]
  ) {
    do throws(VerdictSheet.Refusal) {
      try sheet.record(result)
    } catch {
      switch error {
      case .notPlanned: sheet.recordUnplanned(result)
      // An earlier guest had it in its plan, and this one, which had not, reported it all the same.
      case .alreadyJudged where result.reason?.kind == .unplanned: sheet.recordUnplanned(result)
      case .alreadyJudged: trouble.append("\(error)")
      }
    }
  }
}

extension Duration {
  /// `90 s`, `15 min`, `6 h`: in the largest unit that makes it whole.
  package var words: String {
    let seconds = Int(components.seconds)
    for (length, unit) in [(3_600, "h"), (60, "min")]
    where seconds >= length && seconds % length == 0 {
      return "\(seconds / length) \(unit)"
    }
    return "\(seconds) s"
  }

  /// Whole milliseconds, rounded down.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}

extension CaseResult {
  /// A case that the end of the run's time left without a verdict says so.
  fileprivate func blaming(_ deadline: Duration) -> CaseResult {
    guard verdict == .missing, let reason, reason.kind == .interrupted else { return self }
    var result = self
    let passed = "the run's deadline, \(deadline.words), passed"
    result.reason = Reason(
      .deadline,
      reason.text.contains("while") ? "\(passed) while it ran" : "\(passed) before it began")
    return result
  }

  /// Whether the case never began because an earlier one took the guest along.
  var waitsForAnotherGuest: Bool {
    verdict == .missing && reason?.kind == .guestGone
  }
}
