/// File names as diffs write them: with a component in front, and quoted when they are odd.
enum DiffPath {
  /// The name after `---` or `+++`; nil for /dev/null.
  static func name(_ text: Substring) -> String? {
    let field = text.first == "\"" ? text : text.prefix { $0 != "\t" }
    let name = unquoted(field.last == "\r" ? field.dropLast() : field)
    return name == "/dev/null" ? nil : withoutFirstComponent(name)
  }

  /// The name both halves of a `diff --git` line have; nil when they differ, as of a rename.
  static func common(_ text: Substring) -> String? {
    var rest = text.last == "\r" ? text.dropLast() : text
    if rest.first == "\"" {
      guard let quoted = rest.prefixMatch(of: #/"(?:[^"\\]|\\.)*" /#) else { return nil }
      let first = unquoted(rest[quoted.range].dropLast())
      rest = rest[quoted.range.upperBound...]
      let name = withoutFirstComponent(first)
      return name == withoutFirstComponent(unquoted(rest)) ? name : nil
    }
    // Names may hold blanks, so the middle one is the one between the names.
    let bytes = Array(rest.utf8)
    guard bytes.count % 2 == 1, bytes[bytes.count / 2] == UInt8(ascii: " ") else { return nil }
    let first = String(decoding: bytes[..<(bytes.count / 2)], as: UTF8.self)
    let second = String(decoding: bytes[(bytes.count / 2 + 1)...], as: UTF8.self)
    let name = withoutFirstComponent(first)
    return name == withoutFirstComponent(second) ? name : nil
  }

  /// A name as git quotes it when it has control characters or bytes above 127.
  static func unquoted(_ text: Substring) -> String {
    guard text.count >= 2, text.first == "\"", text.last == "\"" else { return String(text) }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8.dropFirst().dropLast())[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() else {
        bytes.append(byte)
        continue
      }
      if (UInt8(ascii: "0")...UInt8(ascii: "3")).contains(escaped) {
        let digits = [escaped] + rest.prefix(2)
        rest = rest.dropFirst(2)
        bytes.append(digits.reduce(0) { $0 &* 8 &+ ($1 &- UInt8(ascii: "0")) })
      } else {
        bytes.append(controls[escaped] ?? escaped)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static let controls: [UInt8: UInt8] = [
    UInt8(ascii: "a"): 7, UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10,
    UInt8(ascii: "v"): 11, UInt8(ascii: "f"): 12, UInt8(ascii: "r"): 13,
  ]

  /// The name without `a/` or `b/`, as `git apply -p1` takes it.
  private static func withoutFirstComponent(_ name: String) -> String {
    guard let slash = name.firstIndex(of: "/") else { return name }
    return String(name[name.index(after: slash)...])
  }
}
