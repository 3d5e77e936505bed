import CInit
import GuestProtocol

/// The record port: records go out in few writes, and wait in bounded memory while the host does not read.
final class Port {
  /// Above this many waiting bytes nothing new is read that would add to them.
  static let highWater = 1 << 20

  /// When the host was last seen to have its end closed, in milliseconds of uptime; nil while it is open.
  private(set) var closedSince: Int64?
  /// The descriptor, open for the life of the guest: bytes sent while it is closed are lost.
  let descriptor: CInt

  private var writer = RecordWriter()
  private var waiting: [UInt8] = []
  private var sent = 0
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  init(_ descriptor: CInt) {
    self.descriptor = descriptor
  }

  /// Whether the host is so far behind that program output must wait.
  var isFull: Bool { waiting.count - sent > Port.highWater }
  /// Whether there is something to write.
  var hasWaiting: Bool { sent < waiting.count }

  /// Queues a record; `flush` writes it.
  func say(_ record: GuestRecord) {
    waiting += writer.line(record.record)
  }

  /// Writes what the port takes now.
  func flush() {
    guard closedSince == nil else { return }
    while hasWaiting {
      let count = waiting[sent...].withUnsafeBytes { bytes in
        ci_write(descriptor, bytes.baseAddress, min(bytes.count, 32 << 10))
      }
      guard count > 0 else { break }
      sent += count
    }
    if sent == waiting.count {
      waiting.removeAll(keepingCapacity: waiting.capacity < 128 << 10)
      sent = 0
    } else if sent > Port.highWater {
      waiting.removeFirst(sent)
      sent = 0
    }
  }

  /// Writes everything that waits, for at most so many milliseconds.
  func drain(milliseconds: Int64) {
    let end = ci_uptime_ms() + milliseconds
    flush()
    while hasWaiting, closedSince == nil, ci_uptime_ms() < end {
      var poll = ci_pollfd(fd: descriptor, events: CI_POLL_OUT, revents: 0)
      _ = ci_poll(&poll, 1, 10)
      noteState(poll.revents)
      flush()
    }
  }

  /// Reads what has come, giving it to `take` in pieces; at most `pieces` of them, so that others get a turn.
  func receive(pieces: Int, _ take: (UnsafeRawBufferPointer) -> Void) {
    for _ in 0..<pieces {
      let count = buffer.withUnsafeMutableBytes { ci_read(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      buffer.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[0..<count])) }
    }
  }

  /// Asks the port whether the host has its end open.
  ///
  /// The answer "closed" never goes away by itself, so a closed port is asked now and then instead of polled.
  func noteState() {
    var poll = ci_pollfd(fd: descriptor, events: CI_POLL_IN, revents: 0)
    guard ci_poll(&poll, 1, 0) >= 0 else { return }
    noteState(poll.revents)
  }

  /// Takes the answer of a poll(2).
  func noteState(_ answer: Int16) {
    if answer & CI_POLL_HANGUP == 0 {
      closedSince = nil
    } else if closedSince == nil {
      closedSince = ci_uptime_ms()
    }
  }
}
