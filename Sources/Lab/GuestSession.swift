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
    let trouble: [String]
  }

  /// A panic before the greeting is tried again: TCG makes healthy kernels panic now and then.
  static let bootAttempts = 3

  let plan: GuestPlan
  let spec: RunSpec
  /// 1 for the plan's first guest; the others go on where one before them ended.
  let number: Int
  let initProgram: URL
  let hypervisor: Hypervisor
  let report: @Sendable (RunEvent) -> Void

  var kernel: String { plan.kernel.name }

  /// What the guest is called in notices: the machine's name is said where there are several.
  private var place: String {
    spec.machines.count > 1 ? "\(kernel) on \(plan.machine.name)" : kernel
  }

  /// Boots, runs every suite, and judges.
  func run() async -> Outcome {
    let deadlines = Deadlines(for: spec.accelerator.accelerator)
    var boot = BootObservation(deadline: "\(deadlines.greeting.components.seconds) s")
    var trouble: [String] = []
    var greeting: Greeting?
    var ears: [SuiteEar] = []
    var feed = ConsoleFeed()
    do {
      let source = try await guestSpec()
      if let machine = try await up(source, deadlines, &boot, &feed) {
        greeting = await machine.greeting
        boot.greetedAfterMilliseconds = greeting?.bootDuration.wholeMilliseconds
        announce(greeting, boot)
        let stage = SuiteStage(self, machine, slowness: greeting?.slowness ?? 100)
        ears = await stage.run(&trouble)
        boot.guestEnd = await machine.end
        await close(machine)
      }
    } catch {
      if Task.isCancelled { boot.guestEnd = .interrupted } else { trouble.append("\(error)") }
    }
    report(.guestEnded(kernel: kernel, boot.guestEnd ?? .clean))
    let results = await SplatLines(image: plan.kernel.image)
      .added(to: judge(boot, ears, feed.splats(), trouble)) { report(.notice("\(place): \($0)")) }
    return Outcome(guest: record(greeting, boot), results: results, trouble: trouble)
  }

  /// Lets a living guest say what is under way, console included, then ends it.
  private func close(_ machine: Machine) async {
    if await machine.end == nil {
      do { try await machine.powerOff() } catch { report(.notice("\(place): \(error)")) }
    }
    await machine.destroy()
  }

  /// The guest, up and greeted; nil when this kernel does not come up, and `boot` says why.
  private func up(
    _ source: GuestSpec, _ deadlines: Deadlines, _ boot: inout BootObservation,
    _ feed: inout ConsoleFeed
  ) async throws -> Machine? {
    for attempt in 1...Self.bootAttempts {
      boot.attempts = attempt
      report(.guestBooting(kernel: kernel, machine: plan.machine.name))
      let fresh = ConsoleFeed()
      feed = fresh
      let console = try Console(log: RunFiles(spec.directory).console.path) { fresh.take($0) }
      var again = source
      again.name += "-\(attempt)"
      do {
        let machine = try await hypervisor.boot(again, console: console, deadlines: deadlines)
        boot.consoleBytes = console.byteCount
        return machine
      } catch let error as MachineError {
        boot.consoleBytes = console.byteCount
        boot.lastConsoleLine = console.lastLine
        guard try note(error, attempt: attempt, in: &boot) else { return nil }
      }
    }
    return nil
  }

  /// Takes in why a boot failed; whether to try again.
  ///
  /// - Throws: the error itself when it is not the kernel's doing.
  private func note(
    _ error: MachineError, attempt: Int, in boot: inout BootObservation
  ) throws -> Bool {
    switch error {
    case .endedBeforeGreeting(_, let end):
      boot.guestEnd = end
      guard end != .interrupted, attempt < Self.bootAttempts, plan.kernel.defect == nil else {
        return false
      }
      boot.guestEnd = nil
      report(
        .notice("\(place) ended before its greeting; boot \(attempt + 1) of \(Self.bootAttempts)"))
      return true
    case .noGreeting:
      boot.guestEnd = Task.isCancelled ? .interrupted : .hung
      return false
    case .notStarted(_, let cause) where plan.kernel.defect != nil || Self.blamesKernel(cause):
      boot.refusal = [plan.kernel.defect.map { "the image \($0)" }, cause]
        .compactMap { $0 }.joined(separator: "; QEMU: ")
      return false
    default: throw error
    }
  }

  /// QEMU's complaints about an image that is no kernel; libvirt gives them all the same code.
  private static func blamesKernel(_ cause: String) -> Bool {
    ["linux kernel too old", "could not load kernel", "Error loading uncompressed kernel"]
      .contains { cause.localizedCaseInsensitiveContains($0) }
  }

  private func announce(_ greeting: Greeting?, _ boot: BootObservation) {
    report(.guestUp(record(greeting, boot)))
    for problem in greeting?.problems ?? [] { report(.notice("\(place): \(problem)")) }
  }
}

extension Greeting {
  /// How slow this guest is, in percent of the one that the cases' deadlines were chosen on; at least 100.
  ///
  /// That one is TCG on two idle cores, where init greets within 2.5 s.
  var slowness: Int { max(100, bootDuration.wholeMilliseconds * 100 / 2_500) }
}
