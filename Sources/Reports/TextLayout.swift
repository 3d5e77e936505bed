/// Small pieces of text that several reports lay out the same way.
enum TextLayout {
  /// `350 ms`, `2.1 s`, `41 s`, `1 min 52 s`, `2 h 05 min`.
  static func time(milliseconds: Int) -> String {
    let tenths = (milliseconds + 50) / 100
    if milliseconds < 1000 { return "\(milliseconds) ms" }
    if tenths < 100 { return "\(tenths / 10).\(tenths % 10) s" }
    return time(seconds: (milliseconds + 500) / 1000)
  }

  /// `0 s`, `41 s`, `1 min 52 s`, `2 h 05 min`.
  static func time(seconds: Int) -> String {
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(padded(seconds % 60)) s" }
    return "\(seconds / 3600) h \(padded(seconds % 3600 / 60)) min"
  }

  /// The text with a capital at its start, unless it begins with a name in code.
  static func sentence(_ text: String) -> String {
    text.prefix(1).uppercased() + text.dropFirst()
  }

  /// `1 case`, `2 cases`.
  static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// The text with blanks behind it up to `width` characters.
  static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// The text with blanks before it up to `width` characters.
  static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// The text cut to `width` characters, with `…` for what is missing.
  static func cut(_ text: String, _ width: Int) -> String {
    text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
  }

  /// The words in lines of at most `width` characters, the first after `first`, all others after as
  /// many blanks; a word that is too long is broken.
  static func wrapped(_ text: String, first: String = "", width: Int) -> [String] {
    let room = max(1, width - first.count)
    let words = text.split(separator: " ").flatMap { word in
      stride(from: 0, to: word.count, by: room).map { word.dropFirst($0).prefix(room) }
    }
    var lines: [String] = []
    var line = ""
    for word in words {
      if !line.isEmpty, line.count + 1 + word.count > room {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " " + word
    }
    let indent = String(repeating: " ", count: first.count)
    return (lines + [line]).enumerated().map { ($0 == 0 ? first : indent) + $1 }
  }

  /// The words of a command in lines that a shell reads as one, the first after `first`.
  static func command(_ words: [String], first: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = first
    for word in words {
      if line.count + word.count + 3 > width, line.last != " " {
        lines.append(line + " \\")
        line = String(repeating: " ", count: first.count + 2)
      }
      line += line.last == " " ? word : " " + word
    }
    return lines + [line]
  }

  /// `184`, `12.3K`, `18.4M`: a size in bytes, in at most six characters.
  static func size(_ bytes: Int) -> String {
    func tenths(_ unit: Int, _ suffix: String) -> String {
      let tenths = (bytes * 10 + unit / 2) / unit
      return "\(tenths / 10).\(tenths % 10)\(suffix)"
    }
    if bytes < 10_000 { return String(bytes) }
    return bytes < 1_000_000 ? tenths(1024, "K") : tenths(1024 * 1024, "M")
  }

  /// A line without the blanks at its end.
  static func withoutTrailingSpace(_ line: String) -> String {
    let end = line.lastIndex { $0 != " " }
    return end.map { String(line[...$0]) } ?? ""
  }

  /// The items without repetition, in the order of their first occurrence.
  static func unique<Item: Hashable>(_ items: some Sequence<Item>) -> [Item] {
    var seen: Set<Item> = []
    return items.filter { seen.insert($0).inserted }
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
