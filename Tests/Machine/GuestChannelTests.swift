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

  @Test("garbage, unknown kinds and gaps are counted and change nothing else")
  func counting() async throws {
    let channel = try channel()
    feed(channel, Array("no record\n{\"v\":1,\"kind\":\"pong\",\"seq\":0,\"nonce\":\"a\"}\n".utf8))
    feed(channel, Array("{\"v\":1,\"kind\":\"later\",\"seq\":1}\n".utf8))
    feed(channel, Array("{\"v\":1,\"kind\":\"pong\",\"seq\":9,\"nonce\":\"b\"}\n".utf8))
    for nonce in ["a", "b"] {
      guard case .record(.pong(nonce)) = try await next() else {
        Issue.record("pong \(nonce) did not come")
        return
      }
    }
    var expected = ChannelCounters()
    expected.records = 3
    expected.unknown = 1
    expected.garbage = 1
    expected.gaps = 1
    #expect(channel.counters == expected)
  }

  @Test("another version ends the conversation with both versions named")
  func version() async throws {
    let channel = try channel()
    feed(channel, Array("{\"v\":2,\"kind\":\"hello\",\"seq\":0}\n".utf8))
    feed(channel, Array("{\"v\":1,\"kind\":\"bye\",\"seq\":1}\n".utf8))
    guard case .broken(let detail) = try await next() else {
      Issue.record("the version was not noticed")
      return
    }
    #expect(detail == "it speaks version 2, this build speaks version 1")
    #expect(inbox.count == 0)
  }

  @Test("a guest that floods the port is given up, once")
  func flood() async throws {
    let channel = try channel()
    for _ in 0..<(Limits.garbageLines + 50) { feed(channel, Array("garbage\n".utf8)) }
    guard case .broken(let detail) = try await next() else {
      Issue.record("the flood was not noticed")
      return
    }
    #expect(detail == "the guest floods the record port: 1000 lines are no records")
    #expect(inbox.count == 0)
  }
}
