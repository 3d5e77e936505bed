/// All that was observed about one kernel coming up: what becomes of `boot/boot`.
package struct BootObservation: Equatable, Sendable {
  /// How long the guest may take to greet, in words: `60 s`.
  package var deadline: String
  /// From QEMU's start to the greeting; nil when it never came.
  package var greetedAfterMilliseconds: Int?
  /// What the console held when the host stopped waiting, in bytes.
  package var consoleBytes = 0
  /// The last line of the console, for a boot that stopped in the middle.
  package var lastConsoleLine: String?
  /// What QEMU or libvirt said when it would not start the guest at all.
  package var refusal: String?
  /// How the guest ended; nil when it still lives.
  package var guestEnd: GuestEnd?
  /// Boots it took, this one included; a panic before the greeting is tried again.
  package var attempts = 1
  /// The kernel's complaints outside every case.
  package var splats: [SplatRecord] = []

  package init(deadline: String) {
    self.deadline = deadline
  }

  /// The result of `boot/boot`.
  ///
  /// A fatal splat is `crash`, any other `fail`, even when the guest came up. Without greeting:
  /// `fail` when QEMU refused the kernel or the console stayed empty (no kernel ran at all), `hang`
  /// when the kernel printed something and then nothing, `lost` when QEMU went away by itself.
  package func result(for planned: PlannedCase) -> CaseResult {
    var result = CaseResult(planned, .pass)
    let judgement = judgement
    result.verdict = judgement.verdict
    result.reason = judgement.reason
    result.durationMilliseconds = greetedAfterMilliseconds
    result.splats = splats
    result.evidence = ["attempts": String(attempts), "console_bytes": String(consoleBytes)]
    if greetedAfterMilliseconds == nil, result.verdict != .missing {
      result.expected = "the guest greets within \(deadline)"
      result.seen = seen
    }
    return result
  }

  private var judgement: Judgement {
    if let fatal = splats.first(where: \.fatal) {
      return Judgement(.crash, Reason(.splat, fatal.title))
    }
    if let refusal { return Judgement(.fail, Reason(.boot, refusal)) }
    if greetedAfterMilliseconds != nil { return quietness }
    switch guestEnd {
    case .interrupted: return Judgement(.missing, Reason(.interrupted, "stopped while it booted"))
    case .panic:
      return Judgement(
        .crash, Reason(.panic, "the guest panicked, and its console shows no splat"))
    case nil, .hung:
      return consoleBytes == 0
        ? Judgement(.fail, Reason(.boot, "the kernel printed nothing for \(deadline)"))
        : Judgement(.hang, Reason(.deadline, "no greeting within \(deadline)"))
    case .broken(let detail):
      let cure = "if it does so on every kernel: make guest"
      return Judgement(
        .error, Reason(.breach, "before it greeted, the guest \(detail); \(cure)"))
    case .clean, .vanished, .channelClosed, .kept:
      let end = guestEnd.map(\.phrase) ?? ""
      return Judgement(.lost, Reason(.vanished, "the guest \(end) before it greeted"))
    }
  }

  private var quietness: Judgement {
    guard let splat = splats.first else { return Judgement(.pass) }
    return Judgement(.fail, Reason(.splat, splat.title))
  }

  private var seen: String {
    if let refusal { return refusal }
    if consoleBytes == 0 { return "an empty console" }
    guard let line = lastConsoleLine else { return "\(consoleBytes) bytes of console" }
    return "\(consoleBytes) bytes of console, the last line: \(line)"
  }
}
