package import GuestProtocol
package import KernelLog

/// Everything heard while one suite program ran in one guest, and what it means for each planned
/// case.
///
/// Feed it in any order in which things arrive; ask for `results` when the program and the console
/// are done.
package struct SuiteTranscript: Sendable {
  /// More unplanned names than this are counted, not kept.
  package static let maximumUnplanned = 20
  /// How much of a name that nobody planned stands in its reason.
  private static let maximumNameBytes = 200

  /// The planned cases of this suite, in order.
  package private(set) var planned: [PlannedCase]
  package let suite: String
  /// The case that was announced and has not been reported; nil between cases.
  package private(set) var running: String?

  private var notes: [String: CaseNotes] = [:]
  private var unplannedNotes: [(name: String, notes: CaseNotes)] = []
  private var droppedUnplanned = 0
  private var pending = CaseNotes()
  private var lastFinished: String?
  private var bailOut: String?
  private var programEnd: ProgramEnd?
  /// Why a program is given up that has reported every case.
  private var silentEnd: String?
  private var guestEnd: GuestEnd?
  private var obstacle: Reason?
  private var expected: [String: PlannedCase]
  /// The marks in the kernel's log that stand for a case with another name: those around a foreign program's points.
  private var marks: [String: String] = [:]
  /// Splats of this suite that no case explains; they belong to the guest's `boot/boot`.
  package private(set) var strayedSplats: [SplatRecord] = []

  package init(suite: String, planned: [PlannedCase]) {
    self.suite = suite
    self.planned = planned
    expected = Dictionary(planned.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Adds a case that nobody planned, before the last one: a point of a foreign program.
  ///
  /// `mark` is what the marks in the kernel's log call it; `missing` says why it never came.
  package mutating func expect(
    _ name: String, markedAs mark: String? = nil, missing: Reason? = nil
  ) {
    guard var entry = planned.last, expected[name] == nil else { return }
    entry.name = name
    expected[name] = entry
    planned.insert(entry, at: planned.count - 1)
    if let mark { marks[mark] = name }
    edit(name) { $0.observation.neverCame = missing }
  }

  /// Whether a case of that name was planned.
  package func expects(_ name: String) -> Bool { expected[name] != nil }

  /// Whose mark it is; a foreign program's last mark is that of a point which never came.
  private func owner(of mark: String) -> String {
    marks[mark] ?? (mark.hasPrefix("point/") ? ForeignReader.exit : mark)
  }

  /// Takes one event of the program's output; gives the case's result as it looks now when the
  /// event was its result line.
  @discardableResult
  package mutating func note(_ event: KTAPEvent) -> CaseResult? {
    switch event {
    case .caseStarted(let name):
      running = name
      pending = CaseNotes()
      edit(name) { $0.observation.isStarted = true }
    case .evidence(let key, let value): pending.addEvidence(key, value)
    case .step(let text): pending.addStep(text)
    case .expected(let text): pending.expected = text
    case .seen(let text): pending.seen = text
    case .point(let point) where point.depth == 0: return note(point)
    case .bailOut(let text): bailOut = text
    case .point, .version, .plan, .totals, .planMismatch, .diagnostic, .unknown: break
    }
    return nil
  }

  private mutating func note(_ point: KTAPPoint) -> CaseResult? {
    let measured = pending
    pending = CaseNotes()
    edit(point.name) { $0.take(point, measured) }
    lastFinished = point.name
    if running == point.name { running = nil }
    return expected[point.name].map { result($0, culprit) }
  }

  /// Takes a splat of this guest's console; its owner names the case, or the last one that ended.
  ///
  /// A fatal one of a guest that panicked is the running case's: a dying kernel may not get that case's marker out.
  package mutating func note(_ splat: Splat) {
    let record = SplatRecord(splat)
    let marked = splat.owner.caseName.map(owner)
    // Oopses that the kernel survived stay where they were, when another one kills it later.
    let isLast = splat.kind == .panic || splat.text.contains("Kernel panic - not syncing")
    let victim = isLast && guestEnd == .panic ? running : nil
    guard let name = victim ?? marked ?? lastFinished, expected[name] != nil
    else {
      strayedSplats.append(record)
      return
    }
    edit(name) { $0.addSplat(record) }
  }

  /// Takes in the last mark in the log of a guest that is gone, before its splats: init may not have passed on the last
  /// lines of its program, the result of one case and the beginning of the next.
  package mutating func noteLastMark(_ mark: SplatOwner) {
    switch guestEnd {
    case .panic, .hung, .vanished: break
    default: return
    }
    // Further on it is not what ended the guest: a program goes on for a while when init is dead.
    guard mark.suite == suite, !mark.caseIsOver, let name = mark.caseName.map(owner), let running,
      let index = planned.firstIndex(where: { $0.name == running }),
      planned[(index + 1)...].first?.name == name, notes[name]?.observation.claim == nil
    else { return }
    edit(running) { $0.observation.isOver = true }
    edit(name) { $0.observation.isStarted = true }
    self.running = name
  }

  /// Says that the host's deadline for the running case passed; `waited` in words: `30 s`.
  package mutating func deadlinePassed(waited: String, milliseconds: Int? = nil) {
    guard let running else { return }
    edit(running) {
      $0.observation.deadline = "no end within \(waited)"
      $0.durationMilliseconds = milliseconds
    }
  }

  /// Says that the program went silent while no case ran; `waited` in words: `30 s`.
  ///
  /// The case that was to begin stands for what kept it, and after the last one the program itself.
  package mutating func fellSilent(waited: String) {
    guard running == nil else { return }
    guard let next = unbegun.first?.name else {
      silentEnd = "the program did not end after every case was reported: \(waited) of silence"
      return
    }
    edit(next) { $0.observation.isStarted = true }
    running = next
  }

  /// Says that the program ended.
  package mutating func ended(_ end: ProgramEnd) { programEnd = end }

  /// The program is run again, for the cases that it did not come to: how it has ended is the running case's alone.
  package mutating func runsAgain() {
    let end = programEnd
    if let running { edit(running) { $0.observation.programEnd = end } }
    running = nil
    pending = CaseNotes()
    programEnd = nil
  }

  /// The planned cases that were not begun, in order.
  package var unbegun: [PlannedCase] {
    planned.filter { !(notes[$0.name]?.observation.isStarted ?? false) }
  }

  /// Says that the guest ended before the program did.
  package mutating func guestEnded(_ end: GuestEnd) { guestEnd = end }

  /// Says why the program never ran: it could not be pushed, its set-up failed.
  package mutating func neverRan(because reason: Reason) { obstacle = reason }

  /// Every planned case with its verdict, in the order of the plan, then what nobody planned.
  package func results() -> [CaseResult] {
    let culprit = culprit
    return planned.map { result($0, culprit) } + unplannedResults() + exitResult()
  }

  private mutating func edit(_ name: String, _ change: (inout CaseNotes) -> Void) {
    if expected[name] != nil {
      change(&notes[name, default: CaseNotes()])
    } else if let index = unplannedNotes.firstIndex(where: { $0.name == name }) {
      change(&unplannedNotes[index].notes)
    } else if unplannedNotes.count < Self.maximumUnplanned {
      unplannedNotes.append((name, CaseNotes()))
      change(&unplannedNotes[unplannedNotes.count - 1].notes)
    } else {
      droppedUnplanned += 1
    }
  }
}

extension SuiteTranscript {
  private func result(_ planned: PlannedCase, _ culprit: String?) -> CaseResult {
    let notes = notes[planned.name] ?? CaseNotes()
    var observation = notes.observation
    observation.bailOut = bailOut
    observation.programEnd = observation.programEnd ?? programEnd
    observation.guestEnd = guestEnd
    observation.obstacle = obstacle ?? obstacle(planned.name, culprit)
    let judgement = VerdictRules.judge(observation)
    return CaseResult(
      planned, judgement.verdict, reason: judgement.reason, expected: notes.expected,
      seen: notes.seen, evidence: notes.evidence, steps: notes.steps,
      durationMilliseconds: notes.durationMilliseconds, splats: observation.splats)
  }

  /// Which case took the guest along, for those that came after it.
  private func obstacle(_ name: String, _ culprit: String?) -> Reason? {
    guard let guestEnd, let culprit, culprit != name else { return nil }
    return Reason(.guestGone, "the guest \(guestEnd.phrase) in \(suite)/\(culprit)")
  }

  private var culprit: String? {
    guard let guestEnd, guestEnd != .interrupted else { return nil }
    return running
      ?? planned.first { notes[$0.name]?.observation.splats.contains(where: \.fatal) ?? false }?
      .name
  }

  private func unplannedResults() -> [CaseResult] {
    guard let model = planned.first else { return [] }
    var names = ForeignNames(taken: Set(expected.keys))
    return unplannedNotes.map { name, notes in
      var entry = model
      // Whatever a program calls its cases: a name is a name, and no two results have the same.
      let plain = CaseID(name) == nil ? ForeignNames.plain(name) : name
      entry.name = names.fresh(plain.isEmpty ? "unnamed" : plain)
      let more = droppedUnplanned > 0 ? " (and \(droppedUnplanned) more lines like it)" : ""
      let said = String(decoding: name.utf8.prefix(Self.maximumNameBytes), as: UTF8.self)
      return CaseResult(
        entry, .error,
        reason: Reason(.unplanned, "the program reported '\(said)' but does not list it" + more),
        evidence: notes.evidence, steps: notes.steps,
        durationMilliseconds: notes.durationMilliseconds,
        splats: notes.observation.splats)
    }
  }

  /// An `error` of the suite itself when its program did not end, or ended as no reported case explains.
  private func exitResult() -> [CaseResult] {
    guard var entry = planned.first else { return [] }
    if let silentEnd {
      entry.name = "exit"
      return [CaseResult(entry, .error, reason: Reason(.unplanned, silentEnd))]
    }
    guard let end = programEnd, !end.isQuiet else { return [] }
    let claims = planned.map { notes[$0.name]?.observation.claim }
    guard claims.allSatisfy({ $0 != nil }) else { return [] }
    if end.isConventional, claims.contains(where: { $0?.isFailure ?? false }) { return [] }
    if !unplannedNotes.isEmpty { return [] }
    entry.name = "exit"
    let text = "the program ended \(end.phrase) although every case was reported"
    return [CaseResult(entry, .error, reason: Reason(.unplanned, text))]
  }
}
