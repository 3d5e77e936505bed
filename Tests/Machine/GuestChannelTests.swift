import GuestProtocol
import Libvirt
import Testing

@testable import Machine

@Suite("guest channel")
struct GuestChannelTests {
  private let inbox = Inbox<GuestChannel.Event>()

  /// A channel whose stream leads nowhere: bytes are handed in by the test.
  private func channel() throws -> GuestChannel {
    let connection = try Connection(to: "test:///default")
    return GuestChannel(try ByteStream(on: connection), inbox: inbox)
  }

  private func feed(_ channel: GuestChannel, _ bytes: [UInt8]) {
    bytes.withUnsafeBytes { channel.receive($0) }
  }

  private func next() async throws -> GuestChannel.Event? {
    try await inbox.next(until: .now)
  }

  @Test("records come whole, cut anywhere", arguments: [1, 2, 3, 7, 64])
  func cuts(size: Int) async throws {
    var writer = RecordWriter()
    let records: [GuestRecord] = [
      .hello(nonce: "", facts: [Fact("release", "6.12")], problems: []),
      .out(run: 1, text: "ok 1 ü \"quoted\""), .exited(run: 1, status: 0),
    ]
    let bytes = records.flatMap { writer.line($0.record) }
    let channel = try channel()
    for start in stride(from: 0, to: bytes.count, by: size) {
      feed(channel, Array(bytes[start..<min(bytes.count, start + size)]))
    }
    for record in records {
      guard case .record(record) = try await next() else {
        Issue.record("\(record) did not come")
        return
      }
    }
    #expect(channel.counters.records == 3)
    #expect(channel.counters.garbage == 0)
  }

  /// Lines as a guest writes them, of these kinds.
  private func lines(_ kinds: String..., writer: inout RecordWriter) -> [[UInt8]] {
    kinds.map { writer.line(Record(kind: $0, fields: [("nonce", .text($0))])) }
  }

  /// Everything that was heard: records as their kinds, and the words of a breach.
  private func heard() async throws -> [String] {
    var words: [String] = []
    while let event = try await next() {
      switch event {
      case .record(let record): words.append(record.record.kind)
      case .broken(let flaw): words.append(flaw)
      default: words.append("\(event)")
      }
    }
    return words
  }

  @Test("unknown kinds are counted and change nothing else; so is garbage before the first record")
  func counting() async throws {
    let channel = try channel()
    var writer = RecordWriter()
    feed(channel, Array("the end of a line that was written before\n\n".utf8))
    for line in lines("pong", "later", "pong", writer: &writer) { feed(channel, line) }
    #expect(try await heard() == ["pong", "pong"])
    var expected = ChannelCounters()
    expected.records = 3
    expected.unknown = 1
    expected.garbage = 1
    #expect(channel.counters == expected)
  }

  @Test("another version ends the conversation with both versions named")
  func version() async throws {
    let channel = try channel()
    var writer = RecordWriter()
    let line = String(decoding: writer.line(GuestRecord.bye.record), as: UTF8.self)
    let other = Array(line.replacing("\"v\":1", with: "\"v\":2").utf8.dropLast(19))
    feed(channel, Self.sealed(other))
    for line in lines("bye", writer: &writer) { feed(channel, line) }
    #expect(try await heard() == ["speaks version 2, this build speaks version 1"])
  }

  /// A line with its check value, which this finds out for itself.
  private static func sealed(_ body: [UInt8]) -> [UInt8] {
    let sum = body.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let digits = String(sum, radix: 16)
    let padded = String(repeating: "0", count: 8 - digits.count) + digits
    return body + Array(",\"sum\":\"\(padded)\"}\n".utf8)
  }

  @Test("what a guest must not do ends the conversation, once, with the reason")
  func breaches() async throws {
    var writer = RecordWriter()
    let lines = lines("pong", "pong", "pong", writer: &writer)
    let overlong = [UInt8](repeating: UInt8(ascii: "x"), count: Limits.recordBytes + 1)
    let breaches: [([UInt8], String)] = [
      (Array("no record\n".utf8), "wrote a line of 9 bytes that is no record"),
      (lines[2], "lost records: number 2 came when 1 was due"),
      (lines[0], "replays its records: number 0 came when 1 was due"),
      (overlong, "wrote more than 65536 bytes without a line break"),
    ]
    for (bytes, flaw) in breaches {
      let channel = try channel()
      feed(channel, lines[0] + bytes)
      feed(channel, bytes + lines[1])
      #expect(try await heard() == ["pong", flaw])
    }
  }

  @Test("a guest that floods the port before it greets is given up, once")
  func flood() async throws {
    let channel = try channel()
    for _ in 0..<(Limits.garbageLines + 50) { feed(channel, Array("garbage\n".utf8)) }
    #expect(try await heard() == ["floods the record port: 1000 lines are no records"])
  }

  @Test("what was read from an inbox that is never empty is not kept")
  func inboxMemory() async throws {
    final class Payload: Sendable {}
    let inbox = Inbox<Payload>()
    for _ in 0..<10 { inbox.post(Payload()) }
    weak var first: Payload?
    for index in 0..<5_000 {
      let payload = try #require(try await inbox.next(until: .now))
      if index == 20 { first = payload }
      inbox.post(Payload())
    }
    #expect(first == nil)
  }
}
