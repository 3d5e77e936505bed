/// From what was observed about a case to its verdict: one table, read from the top.
package enum VerdictRules {
  /// One line of the table; `docs/verdicts.md` shows the same lines in the same order.
  package struct Rule: Sendable {
    /// The observation, in words.
    package let when: String
    /// The verdict, in words.
    package let then: String
    fileprivate let judge: @Sendable (Observation) -> Judgement?
  }

  /// Judges one case: the first line that applies decides, and the last one always does.
  package static func judge(_ observation: Observation) -> Judgement {
    for rule in table {
      if let judgement = rule.judge(observation) { return judgement }
    }
    return Judgement(.lost, Reason(.vanished, "nothing was heard of the case"))
  }

  /// The lines, most damning first.
  package static let table: [Rule] = kernelRules + guestRules + hostRules

  /// What the kernel said beats everything else.
  private static let kernelRules: [Rule] = [
    Rule(when: "a fatal splat belongs to the case", then: "crash") { observation in
      observation.splats.first(where: \.fatal).map {
        Judgement(.crash, Reason(.splat, $0.title))
      }
    },
    Rule(when: "the guest panicked while it ran, console without splat", then: "crash") {
      guard $0.isRunning, $0.guestEnd == .panic else { return nil }
      return Judgement(
        .crash, Reason(.panic, "the guest panicked, and its console shows no splat"))
    },
  ]

  /// What the guest claimed, in the light of what the kernel printed.
  private static let guestRules: [Rule] = [
    Rule(when: "it reported the case twice, differently", then: "error (unplanned)") {
      guard $0.contradiction != nil else { return nil }
      return Judgement(
        .error, Reason(.unplanned, "the program reported the case twice, differently"))
    },
    Rule(when: "it says TIMEOUT", then: "hang (deadline)") {
      guard case .timeout(let text) = $0.claim else { return nil }
      return hang(text.isEmpty ? "the program's own deadline passed" : text, $0)
    },
    Rule(when: "it claims anything else, and a splat belongs to the case", then: "fail (splat)") {
      guard $0.claim != nil, let splat = $0.splats.first else { return nil }
      return Judgement(.fail, Reason(.splat, splat.title))
    },
    Rule(when: "it says ok", then: "pass") { $0.claim == .pass ? Judgement(.pass) : nil },
    Rule(when: "it says not ok", then: "fail") {
      guard case .fail(let text) = $0.claim else { return nil }
      return Judgement(.fail, text.isEmpty ? nil : Reason(.failed, text))
    },
    Rule(when: "it says SKIP with a kind", then: "skip (the kind)") {
      guard case .skip(let reason) = $0.claim else { return nil }
      return Judgement(.skip, reason)
    },
    Rule(when: "it says SKIP unexercised", then: "unexercised") {
      guard case .unexercised(let text) = $0.claim else { return nil }
      return Judgement(.unexercised, Reason(.unexercised, text))
    },
    Rule(when: "it says ERROR", then: "error (test)") {
      guard case .error(let text) = $0.claim else { return nil }
      return Judgement(.error, Reason(.test, text))
    },
  ]

  /// No claim came: how it all ended decides.
  private static let hostRules: [Rule] = [
    Rule(when: "no claim, somebody stopped the run", then: "missing (interrupted)") {
      guard $0.guestEnd == .interrupted else { return nil }
      return Judgement(
        .missing,
        Reason(.interrupted, $0.isStarted ? "stopped while it ran" : "stopped before it began"))
    },
    Rule(when: "a foreign program planned it and did not come to it", then: "missing (unreported)")
    {
      $0.neverCame.map { Judgement(.missing, $0) }
    },
    Rule(when: "started, no claim, the guest broke the protocol", then: "error (protocol)") {
      guard $0.isStarted, case .broken(let detail) = $0.guestEnd else { return nil }
      return Judgement(.error, Reason(.breach, "the guest \(detail)"))
    },
    Rule(when: "no claim, but the kernel's log shows its end", then: "lost (vanished)") {
      guard $0.isOver else { return nil }
      return Judgement(
        .lost, Reason(.vanished, "its result was not heard before the guest died in a later case"))
    },
    Rule(when: "started, no claim, the host's deadline passed", then: "hang (deadline)") {
      guard $0.isStarted, let deadline = $0.deadline ?? $0.hungGuestDeadline else { return nil }
      return hang(deadline, $0)
    },
    Rule(when: "no claim, the program gave up (Bail out!)", then: "error (unreported)") {
      guard let text = $0.bailOut else { return nil }
      return Judgement(.error, Reason(.unreported, "the program gave up: \(text)"))
    },
    Rule(when: "no claim, the program ended", then: "error (unreported)") {
      guard let end = $0.programEnd else { return nil }
      return Judgement(
        .error, Reason(.unreported, "the program ended (\(end.phrase)) without reporting it"))
    },
    Rule(when: "started, no claim, the guest is gone", then: "lost (vanished)") {
      guard $0.isStarted else { return nil }
      let end = $0.guestEnd.map { "the guest \($0.phrase) while it ran" }
      return Judgement(.lost, Reason(.vanished, end ?? "nothing more was heard of it"))
    },
    Rule(when: "never started", then: "missing (what kept it)") {
      let end = $0.guestEnd.map { Reason(.guestGone, "the guest \($0.phrase) before it began") }
      return Judgement(
        .missing, $0.obstacle ?? end ?? Reason(.host, "the run ended before it began"))
    },
  ]

  /// A hang beats a non-fatal splat, since nobody knows what the case would have said; the splat is
  /// named.
  private static func hang(_ text: String, _ observation: Observation) -> Judgement {
    guard let splat = observation.splats.first else {
      return Judgement(.hang, Reason(.deadline, text))
    }
    return Judgement(.hang, Reason(.deadline, "\(text); the kernel said: \(splat.title)"))
  }
}

extension Observation {
  /// Started, and not reported.
  fileprivate var isRunning: Bool { isStarted && claim == nil && !isOver }

  /// For a guest that the host took down because of some other deadline than the case's.
  fileprivate var hungGuestDeadline: String? {
    guard case .hung = guestEnd, let guestEnd else { return nil }
    return "the guest \(guestEnd.phrase)"
  }
}
