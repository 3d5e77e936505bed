internal import GuestProtocol
internal import Libvirt
internal import Synchronization

/// The record port of one guest: bytes on one side, records on the other.
final class GuestChannel: Sendable {
  typealias Event = GuestEvent<GuestRecord>

  private struct State {
    var reader: RecordReader
    var writer: RecordWriter
    var counters = ChannelCounters()
    var isBroken = false
  }

  private let stream: ByteStream
  private let inbox: Inbox<Event>
  private let state: Mutex<State>

  /// How many events may wait before the guest is held back.
  private static let maximumWaiting = 4_096

  /// A channel whose records are numbered on from `position`.
  init(_ stream: ByteStream, inbox: Inbox<Event>, from position: ChannelPosition = .init()) {
    self.stream = stream
    self.inbox = inbox
    state = Mutex(
      State(
        reader: RecordReader(nextSequence: position.received),
        writer: RecordWriter(sequence: position.sent)))
  }

  /// Where the records stand.
  var position: ChannelPosition {
    state.withLock {
      ChannelPosition(sent: $0.writer.sequence, received: $0.reader.nextSequence)
    }
  }

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
  var counters: ChannelCounters { state.withLock { $0.counters } }

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
    let bytes = [UInt8](bytes)
    state.withLock { state in
      state.reader.append(bytes)
      while !state.isBroken, let item = state.reader.next() {
        if let event = Self.event(item, &state) { inbox.post(event) }
      }
    }
    if inbox.count > Self.maximumWaiting { stream.setReading(false) }
  }

  private static func event(_ item: RecordReader.Item, _ state: inout State) -> Event? {
    switch item {
    case .record(let record):
      guard record.version == Record.version else {
        state.isBroken = true
        return .broken(
          "it speaks version \(record.version), this build speaks version \(Record.version)")
      }
      state.counters.records += 1
      guard let known = GuestRecord(record) else {
        state.counters.unknown += 1
        return nil
      }
      return .record(known)
    case .raw: return nil
    case .gap:
      state.counters.gaps += 1
      return nil
    case .garbage:
      state.counters.garbage += 1
      guard state.counters.garbage >= Limits.garbageLines else { return nil }
      state.isBroken = true
      return .broken(
        "the guest floods the record port: \(Limits.garbageLines) lines are no records")
    }
  }
}
