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

  /// The items without repetition, in the order of their first occurrence.
  static func unique<Item: Hashable>(_ items: some Sequence<Item>) -> [Item] {
    var seen: Set<Item> = []
    return items.filter { seen.insert($0).inserted }
  }

  private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
