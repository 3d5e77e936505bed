internal import Foundation
internal import GuestProtocol
internal import KernelLog
internal import Kernels
internal import Machine
internal import Results

extension GuestSession {
  /// What the guest boots from.
  func guestSpec() async throws -> GuestSpec {
    let scratch: String? =
      if let disk = plan.machine.scratch { try await FileSystemImage(disk).path() } else { nil }
    let archive = try BootArchive.bytes(
      for: plan.kernel, machine: plan.machine, initProgram: initProgram)
    // A number for the machine: names in use are refused, and sockets' paths have no room for more.
    let machine = spec.machines.firstIndex { $0.name == plan.machine.name } ?? 0
    // Names need not differ between kernels of the same folder, unless a guest stays.
    let number = shelf?.nextNumber() ?? number
    return GuestSpec(
      name: "\(Self.label(kernel))-\(machine)-\(plan.repetition)-\(number)", profile: plan.machine,
      accelerator: spec.accelerator.accelerator, kernel: .file(plan.kernel.image),
      initramfs: .bytes(archive), scratch: scratch, staysAfterPanic: spec.keeps != nil,
      debugger: spec.hasDebugger)
  }

  /// A kernel's name as a domain's name may hold it: the end of a path, and no odd characters; nor is it ever taken for
  /// an option.
  private static func label(_ name: String) -> String {
    let plain = name.split(separator: "/").suffix(2).joined(separator: "-")
    let label = plain.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }.suffix(40)
    return String(label.drop { $0 == "-" })
  }

  /// Every planned case of the guest with its verdict.
  func judge(
    _ observation: BootObservation, _ ears: [SuiteEar], _ feed: ConsoleFeed, _ trouble: [String]
  ) -> [CaseResult] {
    var boot = observation
    var results: [CaseResult] = []
    let mark = feed.lastMark
    ears.last?.note { $0.noteLastMark(mark) }
    for splat in feed.splats() {
      guard let suite = splat.owner.suite, let ear = ears.last(where: { $0.suite == suite }) else {
        boot.splats.append(SplatRecord(splat))
        continue
      }
      ear.note { $0.note(splat) }
    }
    for ear in ears {
      let (judged, stray) = ear.conclude()
      results += judged
      boot.splats += stray
    }
    let heard = Set(ears.map(\.suite))
    let reason = obstacle(boot, trouble)
    for (suite, planned) in plan.suites where !heard.contains(suite.name) {
      results += planned.map { CaseResult($0, .missing, reason: reason) }
    }
    return [bootResult(boot, trouble)] + results
  }

  private func bootResult(_ boot: BootObservation, _ trouble: [String]) -> CaseResult {
    let result: CaseResult
    if boot.greetedAfterMilliseconds == nil, boot.refusal == nil, boot.guestEnd == nil,
      let first = trouble.first
    {
      result = CaseResult(plan.boot, .missing, reason: .host(first))
    } else {
      result = boot.result(for: plan.boot)
    }
    report(.caseEnded(result))
    return result
  }

  /// Why suites that never ran did not.
  private func obstacle(_ boot: BootObservation, _ trouble: [String]) -> Reason {
    if boot.guestEnd == .interrupted || Task.isCancelled {
      return Reason(.interrupted, "stopped before it began")
    }
    if boot.greetedAfterMilliseconds == nil {
      return trouble.first.map(Reason.host) ?? Reason(.boot, "the kernel did not come up")
    }
    if boot.guestEnd == nil || boot.guestEnd == .clean {
      return Reason(.enough, "left out after \(spec.enough ?? 0) red results")
    }
    return Reason(.guestGone, "the guest was gone before the suite began")
  }

  /// What `run.json` keeps of the guest.
  func record(_ greeting: Greeting?, _ boot: BootObservation) -> Results.GuestRecord {
    var facts: [String: Results.Fact] = [
      "memory_mib": .number(plan.machine.memoryMebibytes), "boot_attempts": .number(boot.attempts),
      "origin": .text(plan.kernel.origin), "image_sha256": .text(plan.kernel.sha256),
    ]
    facts.merge(configuration) { known, _ in known }
    // What the host knows is not the guest's to say.
    for fact in greeting?.facts ?? [] where facts[fact.name] == nil {
      facts[fact.name] = Int(fact.text).map { .number($0) } ?? .text(fact.text)
    }
    for (suite, _) in plan.suites { facts["program." + suite.name] = .text(suite.digest) }
    return Results.GuestRecord(
      kernel: kernel, release: greeting?["release"] ?? plan.kernel.release,
      machine: plan.machine.name,
      accelerator: spec.accelerator.accelerator == .kvm ? .kvm : .tcg,
      acceleratorReason: spec.accelerator.reason,
      bootMilliseconds: greeting?.bootDuration.wholeMilliseconds, facts: facts)
  }
}
