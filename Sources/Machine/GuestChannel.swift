internal import GuestProtocol
internal import Libvirt
internal import Synchronization

/// The record port of one guest: bytes on one side, records on the other.
final class GuestChannel: Sendable {
  typealias Event = GuestEvent<GuestRecord>

  private struct State {
    var conversation = GuestConversation()
    var writer: RecordWriter
  }

  private let stream: ByteStream
  private let inbox: Inbox<Event>
  private let state: Mutex<State>

  /// How many events may wait before the guest is held back.
  private static let maximumWaiting = 4_096

  /// A channel to a guest that has got so many records before.
  init(_ stream: ByteStream, inbox: Inbox<Event>, after sent: Int64 = 0) {
    self.stream = stream
    self.inbox = inbox
    state = Mutex(State(writer: RecordWriter(sequence: sent)))
  }

  /// How many records the guest has got, those before included.
  var sentCount: Int64 { state.withLock { $0.writer.sequence } }

  /// Begins to receive.
  func start() throws(LibvirtError) {
    try stream.start { [weak self] bytes in
      self?.receive(bytes)
    } onEnd: { [inbox] end in
      switch end {
      case .finished, .failed(nil): inbox.post(.channelEnded(""))
      case .failed(let error?): inbox.post(.channelEnded(error.message))
      }
    }
  }

  /// What came beside records.
  var counters: ChannelCounters { state.withLock { $0.conversation.counters } }

  /// How many bytes the guest has not taken yet.
  var unsentBytes: Int { stream.unsentBytes }

  /// Sends a record, and after it the raw bytes it announces.
  func send(_ record: HostRecord, followedBy bytes: [UInt8] = []) {
    state.withLock { state in
      stream.send(state.writer.line(record.record))
      stream.send(bytes)
    }
  }

  /// Lets the guest go on when enough of what waited was read.
  func resumeIfDrained() {
    if inbox.count < Self.maximumWaiting / 4 { stream.setReading(true) }
  }

  func close() {
    stream.close()
  }

  func receive(_ bytes: UnsafeRawBufferPointer) {
    let isBroken = state.withLock { state in
      state.conversation.take(bytes) { event in
        switch event {
        case .record(let record): inbox.post(.record(record))
        case .broken(let flaw): inbox.post(.broken(flaw))
        }
      }
      return state.conversation.isBroken
    }
    if isBroken || inbox.count > Self.maximumWaiting { stream.setReading(false) }
  }
}
