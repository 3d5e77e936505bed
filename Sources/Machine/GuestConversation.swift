package import GuestProtocol

/// What one guest says on its port: bytes in, records out, up to where it breaks the protocol.
///
/// The port itself loses and changes nothing. So a line that is no record, a wrong check value, or a number that is not
/// the next one says that the guest's memory is damaged or that it lies, and nothing after it is believed.
package struct GuestConversation: Sendable {
  /// What the guest did next.
  package enum Event: Equatable, Sendable {
    case record(GuestRecord)
    /// It broke the protocol, in words that continue "it …"; the last event there is.
    case broken(String)
  }

  /// What came so far.
  package private(set) var counters = ChannelCounters()
  package private(set) var isBroken = false

  private var reader = RecordReader()

  package init() {}

  /// Takes the next bytes, split anywhere.
  package mutating func take(_ bytes: UnsafeRawBufferPointer, _ emit: (Event) -> Void) {
    guard !isBroken else { return }
    reader.append(bytes)
    while !isBroken, let item = reader.next() {
      if let flaw = take(item, emit) {
        isBroken = true
        emit(.broken(flaw))
      }
    }
    if !isBroken, reader.isOverlong, counters.records > 0 {
      isBroken = true
      emit(.broken("wrote more than \(Limits.recordBytes) bytes without a line break"))
    }
  }

  /// Passes a record on; gives what is wrong, in words.
  private mutating func take(_ item: RecordReader.Item, _ emit: (Event) -> Void) -> String? {
    switch item {
    case .record(let record):
      guard record.version == Record.version else {
        return "speaks version \(record.version), this build speaks version \(Record.version)"
      }
      counters.records += 1
      if let known = GuestRecord(record) { emit(.record(known)) } else { counters.unknown += 1 }
    case .raw: break
    case .gap(let expected, let seen):
      return seen < expected
        ? "replays its records: number \(seen) came when \(expected) was due"
        : "lost records: number \(seen) came when \(expected) was due"
    case .garbage(let length):
      counters.garbage += 1
      // A guest that was restored may be in the middle of a line.
      if counters.records > 0 { return "wrote a line of \(length) bytes that is no record" }
      if counters.garbage >= Limits.garbageLines {
        return "floods the record port: \(Limits.garbageLines) lines are no records"
      }
    }
    return nil
  }
}
