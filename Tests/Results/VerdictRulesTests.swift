import KernelLog
import Results
import Testing

@Suite struct VerdictRulesTests {
  /// One observation and what must come of it.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let observe: @Sendable (inout Observation) -> Void
    let verdict: Verdict
    let reason: Reason?

    init(
      _ name: String, _ verdict: Verdict, _ reason: Reason? = nil,
      _ observe: @escaping @Sendable (inout Observation) -> Void
    ) {
      self.name = name
      self.observe = observe
      self.verdict = verdict
      self.reason = reason
    }

    var testDescription: String { name }
  }

  private static let warning = SplatRecord(
    kind: .warning, title: "WARNING in x", fingerprint: "w", text: "…", fatal: false)
  private static let oops = SplatRecord(
    kind: .pageFault, title: "oops in y", fingerprint: "o", text: "…", fatal: true)

  static let rows: [Row] = kernelRows + claimRows + hostRows

  private static let kernelRows: [Row] = [
    Row("a fatal splat beats a pass", .crash, Reason(.splat, "oops in y")) {
      $0.claim = .pass
      $0.splats = [warning, oops]
    },
    Row("a fatal splat beats lost", .crash, Reason(.splat, "oops in y")) {
      $0.isStarted = true
      $0.guestEnd = .vanished("")
      $0.splats = [oops]
    },
    Row("a fatal splat beats a hang", .crash, Reason(.splat, "oops in y")) {
      $0.isStarted = true
      $0.deadline = "no end within 30 s"
      $0.splats = [oops]
    },
    Row(
      "a panic without splat is still a crash", .crash,
      Reason(.panic, "the guest panicked, and its console shows no splat")
    ) {
      $0.isStarted = true
      $0.guestEnd = .panic
    },
    Row("a warning makes a pass a fail", .fail, Reason(.splat, "WARNING in x")) {
      $0.claim = .pass
      $0.splats = [warning]
    },
    Row("a warning makes a skip a fail", .fail, Reason(.splat, "WARNING in x")) {
      $0.claim = .skip(Reason(.feature, "no"))
      $0.splats = [warning]
    },
    Row("a warning makes an error a fail", .fail, Reason(.splat, "WARNING in x")) {
      $0.claim = .error("EIO")
      $0.splats = [warning]
    },
    Row(
      "a warning before a hang is named by it", .hang,
      Reason(.deadline, "no end within 30 s; the kernel said: WARNING in x")
    ) {
      $0.isStarted = true
      $0.deadline = "no end within 30 s"
      $0.splats = [warning]
    },
    Row(
      "a warning and a vanished guest are lost, not failed", .lost,
      Reason(.vanished, "the guest vanished while it ran")
    ) {
      $0.isStarted = true
      $0.guestEnd = .vanished("")
      $0.splats = [warning]
    },
  ]

  private static let claimRows: [Row] = [
    Row("ok", .pass) { $0.claim = .pass },
    Row("ok, and the guest vanished later", .pass) {
      $0.claim = .pass
      $0.guestEnd = .vanished("")
    },
    Row("not ok", .fail) { $0.claim = .fail("") },
    Row("not ok with a text", .fail, Reason(.failed, "exit=134")) { $0.claim = .fail("exit=134") },
    Row("SKIP", .skip, Reason(.config, "no SWAP")) { $0.claim = .skip(Reason(.config, "no SWAP")) },
    Row("SKIP unexercised", .unexercised, Reason(.unexercised, "not swapped")) {
      $0.claim = .unexercised("not swapped")
    },
    Row("ERROR", .error, Reason(.test, "mmap: ENOMEM")) { $0.claim = .error("mmap: ENOMEM") },
    Row("TIMEOUT", .hang, Reason(.deadline, "30 s")) { $0.claim = .timeout("30 s") },
    Row("TIMEOUT without text", .hang, Reason(.deadline, "the program's own deadline passed")) {
      $0.claim = .timeout("")
    },
    Row(
      "two claims", .error, Reason(.unplanned, "the program reported the case twice, differently")
    ) {
      $0.claim = .pass
      $0.contradiction = .fail("")
    },
  ]

  private static let hostRows: [Row] = [
    Row("the host's deadline", .hang, Reason(.deadline, "no end within 60 s")) {
      $0.isStarted = true
      $0.deadline = "no end within 60 s"
      $0.guestEnd = .hung(.unknown)
    },
    Row("a silent guest", .hang, Reason(.deadline, "the guest hung")) {
      $0.isStarted = true
      $0.guestEnd = .hung(.unknown)
    },
    Row("interrupted", .missing, Reason(.interrupted, "stopped while it ran")) {
      $0.isStarted = true
      $0.guestEnd = .interrupted
    },
    Row("interrupted before", .missing, Reason(.interrupted, "stopped before it began")) {
      $0.guestEnd = .interrupted
    },
    Row("bail out", .error, Reason(.unreported, "the program gave up: no memory")) {
      $0.bailOut = "no memory"
      $0.programEnd = .exited(status: 1)
    },
    Row(
      "the program ended without a word", .error,
      Reason(.unreported, "the program ended (with status 0) without reporting it")
    ) { $0.programEnd = .exited(status: 0) },
    Row(
      "the program died", .error,
      Reason(.unreported, "the program ended (by signal 11) without reporting it")
    ) {
      $0.isStarted = true
      $0.programEnd = .signalled(11)
    },
    Row("vanished", .lost, Reason(.vanished, "the guest vanished (QEMU exited) while it ran")) {
      $0.isStarted = true
      $0.guestEnd = .vanished("QEMU exited")
    },
    Row("powered off", .lost, Reason(.vanished, "the guest powered off while it ran")) {
      $0.isStarted = true
      $0.guestEnd = .clean
    },
    Row("started and nothing more", .lost, Reason(.vanished, "nothing more was heard of it")) {
      $0.isStarted = true
    },
    Row("never started", .missing, Reason(.guestGone, "the guest panicked before it began")) {
      $0.guestEnd = .panic
    },
    Row("never started, for a reason", .missing, Reason(.boot, "no boot")) {
      $0.obstacle = Reason(.boot, "no boot")
      $0.guestEnd = .hung(.unknown)
    },
    Row("nothing at all", .missing, Reason(.host, "the run ended before it began")) { _ in },
  ]

  @Test("each observation has its verdict", arguments: rows)
  func table(row: Row) {
    var observation = Observation()
    row.observe(&observation)
    #expect(VerdictRules.judge(observation) == Judgement(row.verdict, row.reason))
  }

  @Test("every verdict occurs in the rows above")
  func everyVerdict() {
    #expect(Set(Self.rows.map(\.verdict)) == Set(Verdict.allCases))
  }

  @Test("the rules give a verdict for every combination of observations")
  func total() {
    let claims: [Claim?] = [
      nil, .pass, .fail(""), .skip(Reason(.other, "")), .unexercised(""), .error(""), .timeout(""),
    ]
    let ends: [GuestEnd?] = [
      nil, .clean, .panic, .vanished(""), .channelClosed(""), .hung(.unknown), .interrupted,
      .broken(""), .kept,
    ]
    for claim in claims {
      for end in ends {
        for splats in [[], [Self.warning], [Self.oops]] {
          for isStarted in [false, true] {
            var observation = Observation()
            observation.claim = claim
            observation.guestEnd = end
            observation.splats = splats
            observation.isStarted = isStarted || claim != nil
            let judgement = VerdictRules.judge(observation)
            // A pass needs a claim and a silent kernel; nothing else may invent one.
            #expect((judgement.verdict == .pass) == (claim == .pass && splats.isEmpty))
            #expect((judgement.verdict == .crash) == expectsCrash(observation))
          }
        }
      }
    }
  }

  private func expectsCrash(_ observation: Observation) -> Bool {
    observation.splats.contains(where: \.fatal)
      || observation.isStarted && observation.claim == nil && observation.guestEnd == .panic
  }
}
