internal import Foundation
internal import Machine
internal import Results

/// Watches that the running case ends, that another one begins, and whether the host lets them: the program ends its own cases, and this
/// gives up a guest whose program cannot.
struct CaseWatch {
  /// How often it looks.
  private static let interval = Duration.seconds(1)
  /// How far past a case's own deadline init is asked for a sign of life, and how long it has for that, on a machine of
  /// ordinary speed.
  private static let grace = Duration.seconds(2)
  private static let patience = Duration.seconds(3)
  /// How far past it the program must have ended the case while init answers: killing and burying it takes a while.
  private static let longGrace = Duration.seconds(15)
  /// How long a program may say nothing before its first case and between two, where it takes milliseconds.
  private static let silence = Duration.seconds(10)

  private let began = ContinuousClock.now
  private let ear: SuiteEar
  private let deadlines: [String: Duration]
  /// In percent.
  private let slowness: Int

  init(_ ear: SuiteEar, _ suite: Suite, _ slowness: Int) {
    self.ear = ear
    self.slowness = slowness
    let pairs = suite.cases.map {
      ($0.name, Duration.milliseconds($0.deadlineMilliseconds * slowness / 100))
    }
    deadlines = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  private func scaled(_ duration: Duration) -> Duration { duration * slowness / 100 }

  /// Returns when cancelled, or when it has given the guest up.
  func run(_ machine: Machine) async {
    while (try? await Task.sleep(for: Self.interval)) != nil {  // cancelled: the program has ended
      if let wait = machine.processorWait { ear.note(wait: wait) }
      let overdue = overdue(at: .now)
      guard overdue.by > scaled(Self.grace) else { continue }
      let initAnswers = await machine.answers(within: scaled(Self.patience))
      guard !Task.isCancelled else { return }
      // The same case still, and nothing heard meanwhile?
      let now = self.overdue(at: .now)
      guard now.name == overdue.name, now.by > overdue.by else { continue }
      if initAnswers, now.by < scaled(Self.longGrace) { continue }
      if now.name == nil {
        let waited = (now.by + scaled(Self.silence)).components.seconds
        ear.note { $0.fellSilent(waited: "\(waited) s") }
      }
      await machine.giveUp(initAnswers: initAnswers)
      return
    }
  }

  /// The running case, and how far past its deadline it is; no name between cases, where the program is to be heard soon.
  func overdue(at now: ContinuousClock.Instant) -> (name: String?, by: Duration) {
    let running = ear.running
    guard let name = running.name else {
      return (nil, now - max(running.since, began) - scaled(Self.silence))
    }
    // A case that nobody planned gets no more than any other.
    let deadline = deadlines[name] ?? deadlines.values.max() ?? scaled(Self.silence)
    return (name, now - running.since - deadline)
  }
}
