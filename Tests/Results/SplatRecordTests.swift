import Foundation
import KernelLog
import Results
import Testing

@Suite struct SplatRecordTests {
  private static let plain = SplatRecord(
    kind: .bug, title: "t", fingerprint: "f", text: "x", fatal: true)

  @Test("count and frames are written only where there is something to say")
  func optionalKeys() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var record = Self.plain
    #expect(
      String(decoding: try encoder.encode(record), as: UTF8.self)
        == #"{"fatal":true,"fingerprint":"f","kind":"bug","text":"x","title":"t"}"#)
    record.count = 3
    record.frames = ["a+0x1 (mm/a.c:1)"]
    let text = String(decoding: try encoder.encode(record), as: UTF8.self)
    #expect(text.contains(#""count":3"#) && text.contains(#""frames":["a+0x1 (mm/a.c:1)"]"#))
    #expect(try JSONDecoder().decode(SplatRecord.self, from: Data(text.utf8)) == record)
  }

  @Test("a run.json of before can be read")
  func older() throws {
    let text = #"{"fatal":true,"fingerprint":"f","kind":"bug","text":"x","title":"t"}"#
    #expect(try JSONDecoder().decode(SplatRecord.self, from: Data(text.utf8)) == Self.plain)
  }

  @Test("a record has the splat's count and backtrace")
  func fromSplat() {
    let place = CodePlace(symbol: "a", offset: 1, size: 2, isReturn: true)
    let splat = Splat(
      kind: .warning, title: "t", fingerprint: "f", isFatal: false, text: "x", count: 4,
      backtrace: [place])
    #expect(SplatRecord(splat).count == 4)
    #expect(SplatRecord(splat).backtrace == [place])
  }
}
