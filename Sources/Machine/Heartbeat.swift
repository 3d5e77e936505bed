/// When to ask a silent guest whether it lives, and when to give it up.
struct Heartbeat {
  /// What to do now.
  enum Step: Equatable {
    case wait
    case ask
    case giveUp
  }

  private let silence: Duration
  private let answer: Duration
  private var lastHeard: ContinuousClock.Instant
  private var asked: ContinuousClock.Instant?

  init(_ deadlines: Deadlines, now: ContinuousClock.Instant) {
    silence = deadlines.silence
    answer = deadlines.answer
    lastHeard = now
  }

  /// Any record shows that the guest lives.
  mutating func hear(at now: ContinuousClock.Instant) {
    lastHeard = now
    asked = nil
  }

  /// When `step` may say something new.
  var wake: ContinuousClock.Instant {
    asked.map { $0 + answer } ?? lastHeard + silence
  }

  mutating func step(at now: ContinuousClock.Instant) -> Step {
    guard now >= wake else { return .wait }
    if asked != nil { return .giveUp }
    asked = now
    return .ask
  }
}
