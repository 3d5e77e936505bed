import GuestProtocol
import Testing

@testable import GuestKit

@Suite struct ReportTests {
  static let ends: [Outcome] = [
    .pass, .fail, .skip(.feature, "no markers"), .skip(.privilege, "not root"),
    .unexercised("stayed in memory"), .error("mmap failed with ENOMEM"), .error(""),
  ]

  @Test("an end is read as it was written, at whatever byte the pipe is cut", arguments: ends)
  func cutAnywhere(_ outcome: Outcome) {
    let text = Report.evidence("key", "a=b").line + Report.end(outcome).line
    let bytes = Array(text.utf8)
    for cut in 0...bytes.count {
      var reader = ReportReader()
      var evidence = reader.take(Array(bytes[..<cut])).map { "\($0.key) is \($0.value)" }
      #expect(cut == bytes.count || reader.end == nil)
      evidence += reader.take(Array(bytes[cut...])).map { "\($0.key) is \($0.value)" }
      #expect(evidence == ["key is a=b"])
      #expect(reader.end == outcome)
    }
  }

  @Test("the first end counts, and garbage does not")
  func garbage() {
    var reader = ReportReader()
    _ = reader.take(Array("zzz\n\nkbogus text\nenoequals\nuno luck\np\n".utf8))
    #expect(reader.end == .unexercised("no luck"))
  }

  @Test("a mismatch travels in three lines, without line breaks of its own")
  func mismatch() {
    var reader = ReportReader()
    let lines = Report.lines(for: .failed(expected: "one\ntwo", seen: "three"))
    _ = reader.take(Array(lines.utf8))
    #expect(reader.expected == "one two")
    #expect(reader.seen == "three")
    #expect(reader.end == .fail)
  }

  @Test("a report that does not stop is cut off")
  func bound() {
    var reader = ReportReader()
    let block = [UInt8](repeating: UInt8(ascii: "x"), count: 4096)
    for _ in 0..<100 { _ = reader.take(block) }
    _ = reader.take(Array("\np\n".utf8))
    #expect(reader.end == nil)
  }
}

@Suite struct KTAPWriterTests {
  @Test("the lines are those of docs/protocol.md")
  func golden() {
    var writer = KTAPWriter()
    var text = writer.header(caseCount: 6)
    text += writer.start("a.b")
    text += writer.evidence("pswpout", "4")
    text += writer.mismatch(expected: "x: 1", seen: "x: 2\n3")
    text += writer.result(1, "a.b", .fail, milliseconds: 3)
    text += writer.result(2, "a.c", .pass, milliseconds: 12)
    text += writer.result(3, "a.d", .skip(.feature, "no bit 13"), milliseconds: 1)
    text += writer.result(4, "a.e", .unexercised("no swap-out"), milliseconds: 1)
    text += writer.result(5, "a.f", .error("mmap failed with ENOMEM"), milliseconds: 0)
    text += writer.timeout(6, "a.g", "no end", milliseconds: 30000)
    text += writer.totals()
    #expect(
      text == """
        KTAP version 1
        1..6
        # case a.b
        # evidence pswpout=4
        # expected x: 1
        # seen x: 2 3
        not ok 1 a.b # time_ms=3
        ok 2 a.c # time_ms=12
        ok 3 a.d # SKIP feature: no bit 13 time_ms=1
        ok 4 a.e # SKIP unexercised: no swap-out time_ms=1
        not ok 5 a.f # ERROR mmap failed with ENOMEM time_ms=0
        not ok 6 a.g # TIMEOUT no end time_ms=30000
        # Totals: pass:1 fail:1 xfail:0 xpass:0 skip:2 error:2

        """)
    #expect(writer.exitStatus == 1)
  }

  @Test("the exit status is kselftest's")
  func exitStatus() {
    var writer = KTAPWriter()
    #expect(writer.exitStatus == 0)
    _ = writer.result(1, "a", .skip(.config, "x"), milliseconds: 0)
    _ = writer.result(2, "b", .unexercised("x"), milliseconds: 0)
    #expect(writer.exitStatus == 4)
    _ = writer.result(3, "c", .pass, milliseconds: 0)
    #expect(writer.exitStatus == 0)
    _ = writer.timeout(4, "d", "late", milliseconds: 0)
    #expect(writer.exitStatus == 1)
  }
}
