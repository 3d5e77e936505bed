internal import Foundation
internal import GuestProtocol
internal import KernelLog
internal import Kernels
internal import Machine
internal import Results

/// One guest of a run, from its first boot attempt to its verdicts.
struct GuestSession {
  /// What came of the guest.
  struct Outcome {
    let guest: Results.GuestRecord
    let results: [CaseResult]
    /// Cases whose verdict may be the host's doing.
    let doubtful: Set<PlannedCase>
    let trouble: [String]
    /// nil when it never came up.
    let end: GuestEnd?
    /// From the start of QEMU to the greeting; nil when the guest was booted.
    let restoreMilliseconds: Int?
    /// What the next guest can come from.
    let saved: SavedGuest?
    /// Whether saving is worth another try.
    let canSave: Bool
    /// Whether the guest stays, and its state with it.
    let isKept: Bool
  }

  let plan: GuestPlan
  let spec: RunSpec
  /// 1 for the plan's first guest; the others go on where one before them ended.
  let number: Int
  let initProgram: URL
  let hypervisor: Hypervisor
  /// What a guest that is saved holds.
  let programs: [Suite]
  /// How many results of the guests before this one are red.
  let redBefore: Int
  /// Whether an earlier guest of the plan was taken along.
  let isAfterTrouble: Bool
  /// What the kernel's configuration says, read once for all guests of the plan.
  let configuration: [String: Results.Fact]
  /// Where a guest that is to be kept goes; nil when none is.
  let shelf: Shelf?
  let report: @Sendable (RunEvent) -> Void

  var kernel: String { plan.kernel.name }

  /// What the guest is called in notices: the machine's name is said where there are several.
  var place: String {
    spec.machines.count > 1 ? "\(kernel) on \(plan.machine.name)" : kernel
  }

  /// Gets a guest, runs every suite, and judges.
  ///
  /// The guest goes on from `saved` where there is that; one that is booted is saved first if `saving`.
  func run(from saved: SavedGuest?, saving: Bool) async -> Outcome {
    let deadlines = Deadlines(for: spec.accelerator.accelerator)
    var boot = BootObservation(deadline: "\(deadlines.greeting.components.seconds) s")
    var trouble: [String] = []
    var greeting: Greeting?
    var ears: [SuiteEar] = []
    var supply = GuestSupply(self, deadlines, saved: saved, saves: saving)
    var candidate: Machine?
    do {
      if let machine = try await supply.machine(&boot) {
        greeting = await machine.greeting
        boot.greetedAfterMilliseconds = greeting?.bootDuration.wholeMilliseconds
        announce(greeting, boot)
        let stage = SuiteStage(
          self, machine, record(greeting, boot), slowness: greeting?.slowness ?? 100)
        ears = await stage.run(&trouble)
        boot.guestEnd = await machine.end
        candidate = await hold(machine, supply.feed) ? machine : nil
        if candidate == nil { await close(machine) }
      }
    } catch {
      if Task.isCancelled { boot.guestEnd = .interrupted } else { trouble.append("\(error)") }
    }
    report(.guestEnded(kernel: kernel, boot.guestEnd ?? .clean))
    let judged = judge(boot, ears, supply.feed, trouble)
    let isKept = await keep(candidate, judged, record(greeting, boot))
    let results = await SplatLines(image: plan.kernel.image).added(to: judged) {
      report(.notice("\(place): \($0)"))
    }
    return Outcome(
      guest: record(greeting, boot), results: results, doubtful: doubtful(results, ears),
      trouble: trouble, end: boot.guestEnd,
      restoreMilliseconds: greeting?.restoreDuration?.wholeMilliseconds,
      saved: isKept ? nil : supply.saved, canSave: supply.saves || !saving, isKept: isKept)
  }

  private func doubtful(_ results: [CaseResult], _ ears: [SuiteEar]) -> Set<PlannedCase> {
    let names = Dictionary(ears.map { ($0.suite, $0.starved) }, uniquingKeysWith: { $0.union($1) })
    let lost = results.filter { $0.verdict == .lost }.map(\.planned)
    return Set(lost + results.map(\.planned).filter { names[$0.suite]?.contains($0.name) == true })
  }

  /// Lets a living guest say what is under way, console included, then ends it.
  private func close(_ machine: Machine) async {
    if await machine.end == nil {
      if spec.isolation == .none {
        do { try await machine.powerOff() } catch { report(.notice("\(place): \(error)")) }
      } else {
        await machine.endNow()
      }
    }
    await machine.destroy()
  }

  private func announce(_ greeting: Greeting?, _ boot: BootObservation) {
    // Isolated, even the first one has been saved and comes from its saved state.
    guard let restored = greeting?.restoreDuration, number > 1 else {
      report(.guestUp(record(greeting, boot)))
      for problem in greeting?.problems ?? [] { report(.notice("\(place): \(problem)")) }
      return
    }
    guard isAfterTrouble, spec.isolation == .none else { return }
    report(.notice("\(place) goes on from its saved state, \(restored.wholeMilliseconds) ms"))
  }
}

extension Greeting {
  /// By how much the cases' deadlines are stretched in this guest, in percent.
  var slowness: Int {
    Results.GuestRecord.slowness(bootMilliseconds: bootDuration.wholeMilliseconds)
  }
}
