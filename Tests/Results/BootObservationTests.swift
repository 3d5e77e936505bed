import KernelLog
import Results
import Testing

@Suite struct BootObservationTests {
  private static let planned = PlannedCase.boot(kernel: "k", machine: "m")
  private static let warning = SplatRecord(
    kind: .warning, title: "WARNING in x", fingerprint: "w", text: "", fatal: false)
  private static let panic = SplatRecord(
    kind: .panic, title: "Kernel panic: x", fingerprint: "p", text: "", fatal: true)

  private func result(_ observe: (inout BootObservation) -> Void) -> CaseResult {
    var observation = BootObservation(deadline: "60 s")
    observe(&observation)
    return observation.result(for: Self.planned)
  }

  @Test("a guest that greets, with a silent kernel, has booted")
  func pass() {
    let result = result {
      $0.greetedAfterMilliseconds = 1700
      $0.consoleBytes = 20_000
      $0.attempts = 2
    }
    #expect(result.verdict == .pass)
    #expect(result.durationMilliseconds == 1700)
    #expect(result.evidence == ["attempts": "2", "console_bytes": "20000"])
    #expect(result.expected == nil)
  }

  @Test("a complaint outside every case is the boot's, even after a greeting")
  func splats() {
    let warned = result {
      $0.greetedAfterMilliseconds = 1
      $0.splats = [Self.warning]
    }
    #expect(warned.verdict == .fail)
    #expect(warned.reason == Reason(.splat, "WARNING in x"))
    #expect(result { $0.splats = [Self.warning, Self.panic] }.verdict == .crash)
  }

  @Test("a kernel that is no kernel, or prints nothing, fails with what was seen")
  func noKernel() {
    let refused = result { $0.refusal = "linux kernel too old to load a ram disk" }
    #expect(refused.verdict == .fail)
    #expect(refused.seen == "linux kernel too old to load a ram disk")
    let silent = result { $0.guestEnd = .hung(.unknown) }
    #expect(silent.verdict == .fail)
    #expect(silent.reason == Reason(.boot, "the kernel printed nothing for 60 s"))
    #expect(silent.expected == "the guest greets within 60 s")
    #expect(silent.seen == "an empty console")
  }

  @Test("a kernel that stops in the middle hangs, with its last words")
  func hang() {
    let result = result {
      $0.consoleBytes = 812
      $0.lastConsoleLine = "[    0.4] smp: Bringing up secondary CPUs ..."
    }
    #expect(result.verdict == .hang)
    #expect(
      result.seen
        == "812 bytes of console, the last line: [    0.4] smp: Bringing up secondary CPUs ...")
  }

  @Test("panic, vanishing and interruption keep their words")
  func others() {
    #expect(result { $0.guestEnd = .panic }.verdict == .crash)
    let lost = result { $0.guestEnd = .vanished("QEMU exited with 1") }
    #expect(lost.verdict == .lost)
    #expect(
      lost.reason == Reason(.vanished, "the guest vanished (QEMU exited with 1) before it greeted"))
    #expect(result { $0.guestEnd = .interrupted }.verdict == .missing)
  }
}
