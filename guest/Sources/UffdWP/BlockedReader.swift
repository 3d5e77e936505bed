internal import GuestKit
internal import LinuxMM

/// A thread that reads a blocking userfaultfd once, with room for four events.
final class BlockedReader: Sendable {
  let uffd: Userfaultfd
  private let monitor = Monitor()
  // Only touched inside the monitor.
  nonisolated(unsafe) private var events: [FaultEvent]?

  /// Takes the userfaultfd and starts to read.
  init(_ trial: Trial, _ uffd: consuming Userfaultfd) throws(CaseEnd) {
    self.uffd = uffd
    do throws(Errno) {
      // Not joined: a read that stays blocked ends with the case's process.
      _ = try Thread { [self] in
        let read = (try? self.uffd.nextEvents(atMost: 4)) ?? []  // an error is as good as no event
        monitor.locked {
          events = read
          monitor.notify()
        }
      }
    } catch { throw .error("starting a reader failed with \(error)") }
  }

  /// What was read, or nil when the time is over first.
  func wait(_ limit: Duration) -> [FaultEvent]? {
    _ = monitor.wait(milliseconds: limit.scaledMilliseconds) { events != nil }
    return monitor.locked { events }
  }
}
