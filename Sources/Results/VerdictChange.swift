/// What a change from one kernel's verdict to the next one's says, before repeats confirm it.
package enum VerdictChange: String, CaseIterable, Codable, Sendable {
  /// A promise that held does not any more, or the kernel breaks in a worse way.
  case worse
  /// A promise that did not hold does now, or the kernel breaks in a milder way.
  case better
  case same
  /// One of the two says nothing about the promise.
  case inconclusive

  /// Looks the change up.
  package init(from: Verdict, to: Verdict) {
    self = Self.table[from]?[to] ?? (from == to ? .same : .inconclusive)
  }

  /// What is not listed is the same where both verdicts are, otherwise inconclusive; docs/series.md
  /// shows the whole table.
  ///
  /// From `pass` everything is worse that the guest or the kernel did; from `lost` and `missing`,
  /// and to them, nothing follows. A case that was skipped, not exercised or in error on the base
  /// could have failed there as well, so only a skip that turns into a broken promise is worse: the
  /// kernel offers something new that does not work. A crash or a hang is worse than any of these.
  private static let table: [Verdict: [Verdict: VerdictChange]] = [
    .pass: [
      .fail: .worse, .skip: .worse, .unexercised: .worse, .error: .worse, .crash: .worse,
      .hang: .worse,
    ],
    .fail: [.pass: .better, .crash: .worse, .hang: .worse],
    .skip: [.pass: .better, .fail: .worse, .crash: .worse, .hang: .worse],
    .unexercised: [.pass: .better, .crash: .worse, .hang: .worse],
    .error: [.pass: .better, .crash: .worse, .hang: .worse],
    .crash: [.pass: .better, .fail: .better],
    .hang: [.pass: .better, .fail: .better],
  ]
}
