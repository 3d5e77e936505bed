public import LinuxMM

/// The events a userfaultfd delivered, in order; written by the resolver's thread, read by the case.
public final class EventLog: Sendable {
  /// The most events that are kept; later ones are only counted.
  static let limit = 16384

  private let monitor = Monitor()
  // Only touched inside the monitor, by the resolver's thread and the case's.
  nonisolated(unsafe) private var events: [FaultEvent] = []
  // As above.
  nonisolated(unsafe) private var total = 0

  init() { events.reserveCapacity(EventLog.limit) }

  /// How many events have come so far.
  public var count: Int { monitor.locked { total } }

  /// The events after the first `mark`.
  public func events(after mark: Int = 0) -> [FaultEvent] {
    monitor.locked { Array(events.dropFirst(mark)) }
  }

  /// How many events of a kind came after the first `mark`.
  public func count(_ kind: FaultEvent.Kind, after mark: Int = 0) -> Int {
    events(after: mark).reduce(0) { $0 + ($1.kind == kind ? 1 : 0) }
  }

  /// Waits until at least so many events have come; false when the time is over first.
  public func wait(for count: Int, within limit: Duration = .seconds(5)) -> Bool {
    monitor.wait(milliseconds: limit.scaledMilliseconds) { total >= count }
  }

  /// Takes the next event while nobody can look: an event is in the log before its reader can tell.
  func take(_ next: () -> FaultEvent?) -> FaultEvent? {
    monitor.locked {
      guard let event = next() else { return nil }
      if events.count < EventLog.limit { events.append(event) }
      total += 1
      monitor.notify()
      return event
    }
  }
}

extension Duration {
  /// Whole milliseconds, stretched by `FAULTLINE_TIMESCALE` percent.
  public var scaledMilliseconds: UInt64 { milliseconds * TimeScale.percent / 100 }

  /// Whole milliseconds.
  var milliseconds: UInt64 {
    let parts = components
    return UInt64(max(0, parts.seconds)) * 1000 + UInt64(max(0, parts.attoseconds))
      / 1_000_000_000_000_000
  }
}

/// How much slower than a real machine this one is.
enum TimeScale {
  /// Percent by which every deadline is multiplied; 100 unless `FAULTLINE_TIMESCALE` says otherwise.
  static let percent: UInt64 = {
    guard let text = System.environment("FAULTLINE_TIMESCALE"), let value = UInt64(text),
      value >= 1, value <= 100_000
    else { return 100 }
    return value
  }()
}
