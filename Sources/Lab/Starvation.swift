/// Whether the guest had enough of the host's processors while the present case ran.
struct Starvation: Sendable {
  /// Below this a case has not run long enough to tell.
  private static let shortest = Duration.seconds(3)
  /// A guest whose processors wait half of the time is some two times slower than it was when its deadlines were chosen.
  private static let share = 0.5

  private var began: ContinuousClock.Instant
  /// How long the guest had waited when the case began; nil when that is not known.
  private var atBegin: Duration?
  private var latest: Duration?
  /// Whether it is starved, as far as is known.
  private(set) var isSeen = false

  init(now: ContinuousClock.Instant = .now) { began = now }

  /// A case begins.
  mutating func begin(now: ContinuousClock.Instant = .now) {
    began = now
    atBegin = latest
    isSeen = false
  }

  /// Takes in how long the guest has waited since it was started.
  mutating func note(_ wait: Duration, now: ContinuousClock.Instant = .now) {
    latest = wait
    guard let atBegin else {
      // The first look: count from here.
      self.atBegin = wait
      began = now
      return
    }
    let elapsed = now - began
    isSeen = elapsed >= Self.shortest && (wait - atBegin) / elapsed > Self.share
  }
}
