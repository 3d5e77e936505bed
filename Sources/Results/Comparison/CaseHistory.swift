/// The last runs of one case on one kernel and machine.
package struct CaseHistory: Equatable, Sendable {
  /// What one run says.
  package struct Entry: Equatable, Sendable {
    package var run: String
    package var started: String?
    package var tally: CaseTally

    package init(run: String, started: String?, tally: CaseTally) {
      self.run = run
      self.started = started
      self.tally = tally
    }

    /// Whether it broke its promise, in any repetition; nil where nothing is known of it.
    package var isBad: Bool? { tally.conclusive > 0 ? tally.broken > 0 : nil }
  }

  package var suite: String
  package var name: String
  package var kernel: String
  package var machine: String
  /// The oldest first.
  package var entries: [Entry]

  package init(suite: String, name: String, kernel: String, machine: String, entries: [Entry]) {
    self.suite = suite
    self.name = name
    self.kernel = kernel
    self.machine = machine
    self.entries = entries
  }

  /// Runs that say something of the promise.
  private var conclusive: [Entry] { entries.filter { $0.isBad != nil } }

  /// The run that began the failure that lasts until now; nil when the newest run passed.
  package var firstBad: Entry? {
    let known = conclusive
    guard known.last?.isBad == true else { return nil }
    let good = known.lastIndex { $0.isBad == false }
    return good.map { known[known.index(after: $0)] } ?? known.first
  }

  /// The newest run that passed.
  package var lastGood: Entry? { conclusive.last { $0.isBad == false } }

  /// How often pass turned into failure, or back.
  package var flips: Int {
    zip(conclusive, conclusive.dropFirst()).count { $0.isBad != $1.isBad }
  }

  /// How many of the newest runs agree.
  package var streak: Int {
    let known = conclusive
    return known.reversed().prefix { $0.isBad == known.last?.isBad }.count
  }

  /// Repetitions that broke the promise, and those that say something of it.
  package var failures: PatchCheck.Count {
    PatchCheck.Count(
      entries.reduce(0) { $0 + $1.tally.broken }, of: entries.reduce(0) { $0 + $1.tally.conclusive }
    )
  }

  /// The rate of failures lies in it with 95 % confidence.
  package var interval: WilsonInterval { WilsonInterval(failures.fails, of: failures.runs) }
}

extension CaseHistory: Encodable {
  private enum CodingKeys: String, CodingKey {
    case suite, kernel, machine, runs, flips, streak, failed, of, low, high
    case name = "case"
    case firstBad = "first_bad"
    case lastGood = "last_good"
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(suite, forKey: .suite)
    try container.encode(name, forKey: .name)
    try container.encode(kernel, forKey: .kernel)
    try container.encode(machine, forKey: .machine)
    try container.encode(entries, forKey: .runs)
    try container.encode(firstBad?.run, forKey: .firstBad)
    try container.encode(lastGood?.run, forKey: .lastGood)
    try container.encode(flips, forKey: .flips)
    try container.encode(streak, forKey: .streak)
    try container.encode(failures.fails, forKey: .failed)
    try container.encode(failures.runs, forKey: .of)
    try container.encode(interval.low, forKey: .low)
    try container.encode(interval.high, forKey: .high)
  }
}

extension CaseHistory.Entry: Encodable {
  private enum CodingKeys: String, CodingKey { case run, started, state, verdicts }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(run, forKey: .run)
    try container.encode(started, forKey: .started)
    try container.encode(tally.state.word, forKey: .state)
    let verdicts = tally.counted.map { ($0.verdict.rawValue, $0.count) }
    try container.encode(Dictionary(uniqueKeysWithValues: verdicts), forKey: .verdicts)
  }
}
