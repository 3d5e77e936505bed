/// The lines of a Kconfig file that say something: help texts, comments and empty lines left out,
/// continued lines joined.
struct KconfigStatements: Sequence, IteratorProtocol {
  struct Statement {
    let keyword: String
    /// What follows the keyword.
    let rest: String
  }

  private let bytes: [UInt8]
  private var index = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() -> Statement? {
    while index < bytes.count {
      let start = contentStart(from: index)
      let end = lineEnd(from: index)
      index = end + 1
      guard start < end, bytes[start] != UInt8(ascii: "#") else { continue }
      var wordEnd = start
      while wordEnd < end, !Self.isSpace(bytes[wordEnd]) { wordEnd += 1 }
      let keyword = String(decoding: bytes[start..<wordEnd], as: UTF8.self)
      if keyword == "help" || keyword == "---help---" {
        skipHelp()
        continue
      }
      return Statement(keyword: keyword, rest: rest(from: wordEnd, to: end))
    }
    return nil
  }

  /// The rest of a line and of those that continue it.
  private mutating func rest(from start: Int, to end: Int) -> String {
    var text = Array(bytes[Swift.min(contentStart(from: start), end)..<end])
    while text.last == UInt8(ascii: "\\"), index < bytes.count {
      text.removeLast()
      let end = lineEnd(from: index)
      text += bytes[index..<end]
      index = end + 1
    }
    while let last = text.last, Self.isSpace(last) { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  /// A help text goes on while lines are indented at least as its first one.
  private mutating func skipHelp() {
    var indent: Int?
    while index < bytes.count {
      let start = contentStart(from: index)
      let end = lineEnd(from: index)
      if start < end {
        let column = column(from: index, to: start)
        if column < indent ?? 1 { return }
        indent = indent ?? column
      }
      index = end + 1
    }
  }

  private func column(from start: Int, to end: Int) -> Int {
    bytes[start..<end].reduce(0) { $1 == 0x09 ? ($0 / 8 + 1) * 8 : $0 + 1 }
  }

  private func contentStart(from start: Int) -> Int {
    var index = start
    while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
    return index
  }

  private func lineEnd(from start: Int) -> Int {
    bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0d
  }
}
