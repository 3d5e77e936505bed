import Testing

@testable import GuestProtocol

@Suite("lines of a program's output")
struct OutputLinesTests {
  /// All lines of an output that comes in pieces of `piece` bytes.
  private func lines(_ bytes: [UInt8], piece: Int) -> [String] {
    var splitter = OutputLines()
    var lines: [String] = []
    for start in stride(from: 0, to: bytes.count, by: piece) {
      bytes[start..<min(start + piece, bytes.count)].withUnsafeBytes {
        splitter.append($0) { lines.append($0) }
      }
    }
    if let last = splitter.finish() { lines.append(last) }
    return lines
  }

  @Test("lines are the same however the bytes come", arguments: 1...12)
  func pieces(_ piece: Int) {
    let text = "ok 1 a\n\n# été €\nno end"
    #expect(lines(Array(text.utf8), piece: piece) == ["ok 1 a", "", "# été €", "no end"])
  }

  @Test("an output that ends in a line break has no line after it")
  func noEmptyLast() {
    #expect(lines(Array("a\n".utf8), piece: 1) == ["a"])
    #expect(lines([], piece: 1).isEmpty)
  }

  @Test("a line at the bound is whole, a longer one is cut and says so", arguments: [1, 4096])
  func bound(_ piece: Int) {
    let limit = Limits.outputLineBytes
    let whole = String(repeating: "a", count: limit)
    #expect(lines(Array((whole + "\nb\n").utf8), piece: piece) == [whole, "b"])
    #expect(lines(Array((whole + "a\nb\n").utf8), piece: piece) == [whole + "…[cut]", "b"])
    #expect(lines(Array((whole + whole).utf8), piece: piece) == [whole + "…[cut]"])
  }

  @Test("a cut does not go through a character")
  func wholeCharacters() throws {
    let line = String(repeating: "€", count: Limits.outputLineBytes)
    let cut = try #require(lines(Array(line.utf8), piece: 1000).first)
    #expect(!cut.unicodeScalars.contains("\u{FFFD}"))
    #expect(cut.hasSuffix("€…[cut]"))
  }

  @Test("no output makes a record that is too long", arguments: [0, 1, 0x22, 0x5c, 0x7f, 0xff])
  func recordBound(_ byte: UInt8) throws {
    let bytes = [UInt8](repeating: byte, count: 4 * Limits.outputLineBytes)
    let text = try #require(lines(bytes, piece: 777).first)
    var writer = RecordWriter()
    #expect(writer.line(GuestRecord.out(run: .max, text: text).record).count <= Limits.recordBytes)
  }
}
