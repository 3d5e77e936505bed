internal import GuestProtocol
internal import Machine

// The record port: bytes of a guest, in one piece and in small ones, must say the same, in bounded memory.

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: data, count: count)
  let whole = hear(bytes, pieces: max(count, 1))
  let pieces = hear(bytes, pieces: 7)
  // An overlong line is noticed sooner when it comes in pieces.
  precondition(
    whole == pieces || whole.prefix(pieces.count) == pieces[...] || count > Limits.recordBytes)
  readRaw(bytes)
  readSealed(bytes)
  return 0
}

/// The events of the conversation.
func hear(_ bytes: UnsafeRawBufferPointer, pieces: Int) -> [GuestConversation.Event] {
  var conversation = GuestConversation()
  var events: [GuestConversation.Event] = []
  var start = 0
  while start < bytes.count {
    let end = min(bytes.count, start + pieces)
    conversation.take(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) { events.append($0) }
    start = end
  }
  precondition(events.count <= bytes.count / 20 + 1)
  for event in events.dropLast() { if case .broken = event { preconditionFailure("it went on") } }
  return events
}

/// The guest's side: records that announce raw bytes.
func readRaw(_ bytes: UnsafeRawBufferPointer) {
  var reader = RecordReader()
  reader.append(bytes)
  var taken = 0
  while let item = reader.next() {
    switch item {
    case .record(let record):
      if case .push(_, _, let length, _) = HostRecord(record) { reader.expectRaw(length) }
    case .raw(let raw): taken += raw.count
    case .garbage(let length): taken += length
    case .gap: break
    }
  }
  precondition(taken <= bytes.count)
}

/// Each line with the number and the check value that it should have: so the parser behind them is reached.
func readSealed(_ bytes: UnsafeRawBufferPointer) {
  var port: [UInt8] = []
  for line in bytes.split(separator: 10, maxSplits: 64, omittingEmptySubsequences: true) {
    var body = Array(line)
    if body.last == UInt8(ascii: "}") { body.removeLast() }
    // What stood at the end of a written record goes: it is written anew.
    if body.count > 17, body[body.count - 17] == UInt8(ascii: ",") { body.removeLast(17) }
    let sum = body.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let digits = String(sum, radix: 16)
    port += body + Array(",\"sum\":\"".utf8)
    port += Array((String(repeating: "0", count: 8 - digits.count) + digits + "\"}\n").utf8)
  }
  var reader = RecordReader()
  reader.append(port)
  while let item = reader.next() {
    guard case .record(let record) = item else { continue }
    // What was understood is written and understood again.
    guard let known = GuestRecord(record) else { continue }
    var writer = RecordWriter()
    let line = writer.line(known.record)
    guard line.count <= Limits.recordBytes else { continue }
    var again = RecordReader()
    again.append(line)
    guard case .record(let copy) = again.next() else { preconditionFailure("\(known) is lost") }
    precondition(GuestRecord(copy) == known)
  }
}
