import Testing

@testable import GuestProtocol

@Suite("records on the port")
struct RecordTests {
  private static let guestRecords: [GuestRecord] = [
    .hello(
      nonce: "", facts: [Fact("release", "6.12.0"), Fact("cmdline", "a \"b\"\\\t\u{1}é")],
      problems: ["hugepages_2m: asked 48, have 12"]),
    .pushed(digest: "00ff"), .refused(about: "3", reason: "busy"), .started(run: 1, pid: 57),
    .out(run: 1, text: "ok 1 name # time_ms=3"), .err(run: 1, text: ""),
    .exited(run: 1, status: 0), .signalled(run: 2, signal: 9), .kmsg(text: "6,1,2,-;text"),
    .pong(nonce: "n"), .bye,
  ]

  private static let hostRecords: [HostRecord] = [
    .greet(nonce: "x", wallMilliseconds: 5, entropy: "0a"),
    .push(digest: "ab", name: "swap", length: 12, check: "cd"),
    .run(
      RunRequest(
        run: 4, digest: "ab", name: "swap", arguments: ["--filter", "*"],
        environment: [Fact("A", "b")], deadlineMilliseconds: 1_000)),
    .kill(run: 4), .sysrq(keys: "wt"), .ping(nonce: "7"), .poweroff,
  ]

  @Test("every guest record survives the way to the host", arguments: guestRecords)
  func guestRoundTrip(_ sent: GuestRecord) throws {
    let record = try #require(roundTrip(sent.record))
    #expect(GuestRecord(record) == sent)
  }

  @Test("every host record survives the way to the guest", arguments: hostRecords)
  func hostRoundTrip(_ sent: HostRecord) throws {
    let record = try #require(roundTrip(sent.record))
    #expect(HostRecord(record) == sent)
  }

  @Test("the written line is the documented one")
  func goldenLine() {
    var writer = RecordWriter()
    _ = writer.line(GuestRecord.bye.record)
    let line = writer.line(GuestRecord.out(run: 1, text: "a\"\n").record)
    #expect(
      String(decoding: line, as: UTF8.self)
        == #"{"v":1,"kind":"out","seq":1,"run":1,"text":"a\"\n","sum":"b51981c1"}"# + "\n")
  }

  @Test("a conversation cut at any byte yields only whole records")
  func everyTruncation() {
    var writer = RecordWriter()
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for sent in Self.guestRecords {
      bytes += writer.line(sent.record)
      ends.append(bytes.count)
    }
    for length in 0...bytes.count {
      var reader = RecordReader()
      reader.append(bytes[..<length])
      var count = 0
      while let item = reader.next() {
        guard case .record(let record) = item else {
          Issue.record("cut at \(length): \(item)")
          break
        }
        #expect(GuestRecord(record) == Self.guestRecords[count])
        count += 1
      }
      #expect(count == ends.count { $0 <= length })
    }
  }

  @Test("byte by byte gives the same records as all at once")
  func byteByByte() {
    var writer = RecordWriter()
    let bytes = Self.guestRecords.flatMap { writer.line($0.record) }
    var reader = RecordReader()
    var count = 0
    for byte in bytes {
      reader.append([byte])
      while reader.next() != nil { count += 1 }
    }
    #expect(count == Self.guestRecords.count)
  }

  @Test(
    "what is no record is garbage",
    arguments: [
      "x", "{", "{}", "[]", #"{"kind":1}"#, #"{"kind":"a""#, #"{"kind":"a"}}"#, #"{"kind":"a",}"#,
      #"{"kind":"\q"}"#, #"{"kind":"a","x":[[[[[1]]]]]}"#,
      #"{"kind":"a","x":99999999999999999999}"#,
      "\u{0}\u{1}", #"{"kind":"a"} trailing"#,
    ])
  func garbage(_ line: String) {
    var reader = RecordReader()
    for bytes in [Array((line + "\n").utf8), sealed(line)] {
      reader.append(bytes)
      #expect(reader.next() == .garbage(bytes.count - 1))
      #expect(reader.next() == nil)
    }
  }

  @Test("a record in which any one byte is any other is no record", arguments: guestRecords)
  func everyChange(_ sent: GuestRecord) {
    var writer = RecordWriter()
    let line = writer.line(sent.record)
    for index in 0..<(line.count - 1) {
      for byte in UInt8.min...UInt8.max where byte != line[index] {
        var changed = line
        changed[index] = byte
        #expect(!RecordSum.holds(changed.dropLast()))
      }
    }
  }

  @Test("a record without its check value is none")
  func withoutSum() {
    var reader = RecordReader()
    reader.append(Array(#"{"v":1,"kind":"bye","seq":0}"#.utf8) + [10])
    #expect(reader.next() == .garbage(28))
  }

  @Test("unknown fields and shapes are skipped")
  func unknownFields() throws {
    var reader = RecordReader()
    reader.append(
      sealed(#"{"kind":"pong","seq":0,"v":1,"new":{"a":[1,2.5e3]},"nonce":"é"}"#))
    guard case .record(let record)? = reader.next() else {
      Issue.record("no record")
      return
    }
    #expect(GuestRecord(record) == .pong(nonce: "é"))
  }

  @Test("an overlong line is dropped as it comes, and the next one is read")
  func overlong() {
    var reader = RecordReader()
    let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 50_000)
    for _ in 0..<40 {
      reader.append(chunk)
      #expect(reader.next() == nil)
    }
    #expect(reader.isOverlong)
    reader.append([10] + sealed(#"{"kind":"bye","seq":0,"v":1}"#))
    #expect(reader.next() == .garbage(2_000_000))
    #expect(reader.next() == .record(Record(kind: "bye")))
  }

  @Test("a lost record is said once")
  func gap() {
    var writer = RecordWriter()
    let first = writer.line(GuestRecord.bye.record)
    _ = writer.line(GuestRecord.bye.record)
    let third = writer.line(GuestRecord.bye.record)
    var reader = RecordReader()
    reader.append(first + third)
    #expect(reader.next() == .record(Record(kind: "bye")))
    #expect(reader.next() == .gap(expected: 1, seen: 2))
    #expect(reader.next() == .record(Record(kind: "bye", sequence: 2)))
  }

  @Test("raw bytes pass through between lines")
  func raw() {
    var reader = RecordReader()
    var writer = RecordWriter()
    let push = HostRecord.push(digest: "d", name: "n", length: 5, check: "c").record
    let line = writer.line(push)
    let ping = writer.line(HostRecord.poweroff.record)
    reader.append(line + Array("{\n\u{0}}\n".utf8) + ping)
    guard case .record(let record)? = reader.next() else {
      Issue.record("no push")
      return
    }
    #expect(record.integer("length") == 5)
    reader.expectRaw(5)
    #expect(reader.next() == .raw(Array("{\n\u{0}}\n".utf8)))
    #expect(reader.next() == .record(Record(kind: "poweroff", sequence: 1)))
  }

  @Test("the check value is FNV-1a's published one")
  func checksum() {
    var sum = Checksum()
    Array("foobar".utf8).withUnsafeBytes { sum.add($0) }
    #expect(sum.text == "85944171f73967e8")
  }

  /// A record as another build might write it, with its check value.
  private func sealed(_ record: String) -> [UInt8] {
    var line = Array(record.utf8.dropLast())
    RecordSum.seal(&line)
    return line + [10]
  }

  private func roundTrip(_ record: Record) -> Record? {
    var writer = RecordWriter()
    var reader = RecordReader()
    reader.append(writer.line(record))
    guard case .record(let read)? = reader.next() else { return nil }
    return read
  }
}
