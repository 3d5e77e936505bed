import GuestKit
import LinuxMM

/// How long a race goes on at least, and at most while something that must happen has not happened.
enum RaceTime {
  /// In milliseconds, on machines of any speed: slow ones do less in it.
  static let least: UInt64 = 160
  static let most = Duration.seconds(2)
  /// Between two protections.
  static let round: UInt64 = 3
}

/// Writers, a tracker and what disturbs them, set going.
private struct Race {
  let field: Field
  let disturbances: [Disturbance]
  private let begin = System.nanoseconds

  init(_ trial: Trial, _ field: Field, _ kinds: [Disturber]) throws(CaseEnd) {
    trial.evidence("seed", trial.seed)
    self.field = field
    try field.startWriters(trial)
    var started: [Disturbance] = []
    for kind in kinds {
      trial.step("starting " + kind.rawValue)
      started.append(try Disturbance(trial, kind, field))
    }
    disturbances = started
  }

  /// Whether it goes on: some time in any case, and longer until everything has happened.
  private func goesOn(_ rounds: Int) -> Bool {
    guard !field.isOver else { return false }
    let elapsed = (System.nanoseconds - begin) / 1_000_000
    if elapsed < RaceTime.least { return true }
    if elapsed >= RaceTime.most.scaledMilliseconds { return false }
    return rounds < 3 || disturbances.contains { $0.count == 0 }
  }

  /// Goes round and round until it is over, which it is for all threads however this ends; `goRound` counts.
  func run(_ goRound: () throws(CaseEnd) -> Int) throws(CaseEnd) {
    defer { field.end() }
    var rounds = 0
    while goesOn(rounds) { rounds = try goRound() }
  }

  /// Ends the threads that disturb, and says what they did.
  func end(_ trial: Trial) throws(CaseEnd) {
    for one in disturbances {
      try trial.expect(
        one.isDone(within: .seconds(5)), expected: "\(one.kind.rawValue) comes back",
        seen: "it is still at it 5 s later")
      trial.evidence(one.kind.rawValue, one.count)
      if let trouble = one.trouble {
        try trial.fail(expected: one.kind.promise, seen: "\(one.kind.rawValue): \(trouble)")
      }
    }
  }

  func prove(_ trial: Trial, _ copy: Copy) throws(CaseEnd) {
    trial.evidence("rounds", copy.rounds)
    trial.evidence("copied", copy.taken)
    trial.evidence("stores", field.stores)
    for one in disturbances {
      try trial.prove(one.count > 0, otherwise: "\(one.kind.rawValue) never got anywhere")
    }
    try trial.prove(copy.rounds > 2 && copy.taken > 0, otherwise: "nothing was tracked")
  }
}

private func field(_ trial: Trial, _ backing: Backing, quota: Int?) throws(CaseEnd) -> Field {
  try trial.attempt("running on every CPU", try System.unpin())
  let pages = try backing.map(trial, pages: backing.isHugetlb ? 4 : 48)
  pages.fill()
  return try Field(trial, pages, quota: quota)
}

/// A round's stores of a writer where nothing stops it: so few that a second one seldom marks again what lost its mark.
private let fewStores = 4

/// Sets a tracker, the writers and what disturbs them against each other, and compares at the end.
private func track<Tracker: RaceTracker & ~Copyable>(
  _ trial: Trial, _ field: Field, _ kinds: [Disturber], _ tracker: inout Tracker
) throws(CaseEnd) {
  try tracker.begin(trial)
  let race = try Race(trial, field, kinds)
  try race.run { () throws(CaseEnd) in
    try tracker.goRound(trial)
    // Once a writer has found a store lost, that says more than what was not told.
    if !field.isOver {
      try tracker.copy.expectComplete(trial)
      field.beginRound()
    }
    return tracker.copy.rounds
  }
  try tracker.finish(trial)
  try race.end(trial)
  try field.expectNothingLost(trial)
  try tracker.copy.expectComplete(trial)
  try race.prove(trial, tracker.copy)
}

/// Each write faults once for each protection and is told, whatever goes on beside it.
func asking(_ trial: Trial, _ backing: Backing, _ kinds: [Disturber]) throws(CaseEnd) {
  let field = try field(trial, backing, quota: 8)
  var tracker = try AskingTracker(trial, field)
  try track(trial, field, kinds, &tracker)
}

/// Each write is in some later scan, whatever goes on beside it.
func scanning(_ trial: Trial, _ backing: Backing, _ kinds: [Disturber]) throws(CaseEnd) {
  let field = try field(trial, backing, quota: fewStores)
  var tracker = try ScanningTracker(trial, field)
  try track(trial, field, kinds, &tracker)
}

/// Each write since clear_refs is soft-dirty, whatever goes on beside it.
func remembering(_ trial: Trial, _ backing: Backing, _ kinds: [Disturber]) throws(CaseEnd) {
  let field = try field(trial, backing, quota: fewStores)
  var tracker = try SoftDirtyTracker(trial, field)
  try track(trial, field, kinds, &tracker)
}

/// Trackers come and go; no writer stays blocked, and no protection stays behind.
func comingAndGoing(_ trial: Trial, _ backing: Backing, _ kinds: [Disturber]) throws(CaseEnd) {
  let field = try field(trial, backing, quota: nil)
  let race = try Race(trial, field, kinds)
  var rounds = 0
  var told = 0
  try race.run { () throws(CaseEnd) in
    var tracker = try AskingTracker(trial, field)
    try tracker.begin(trial)
    try tracker.goRound(trial)
    told += tracker.copy.taken
    rounds += 1  // and the userfaultfd is closed, with writers waiting
    return rounds
  }
  try field.awaitQuiet(trial, "writers go on when the userfaultfd is closed")
  try race.end(trial)
  try field.expectNothingLost(trial)
  trial.evidence("rounds", rounds)
  trial.evidence("told", told)
  try trial.prove(told > 0, otherwise: "no write was ever told")
  if trial.showsWriteProtect {
    let entries = try trial.attempt("reading pagemap", try Pagemap().entries(field.range))
    let left = entries.reduce(0) { $0 + ($1.bits.contains(.writeProtected) ? 1 : 0) }
    try trial.expect(left, equals: 0, "pages that are still protected")
  }
}
