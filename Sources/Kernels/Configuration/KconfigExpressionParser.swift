/// Reads a condition: `&&` binds stronger than `||`, `!` and comparisons strongest.
struct KconfigExpressionParser {
  private let bytes: [UInt8]
  private var index = 0
  private let variables: [String: String]

  /// A parser of one line's rest; `variables` are the macros whose value is known.
  init(_ text: String, variables: [String: String] = [:]) {
    bytes = Array(text.utf8)
    self.variables = variables
  }

  /// The next condition, up to a word that belongs to no condition; nil when there is none.
  mutating func expression() -> KconfigExpression? {
    list(separator: UInt8(ascii: "|"), KconfigExpression.or) { $0.conjunction() }
  }

  /// The condition behind `if`; nil when there is none.
  mutating func guardCondition() -> KconfigExpression? {
    skipSpace()
    guard bytes[index...].starts(with: "if".utf8) else { return nil }
    index += 2
    return expression()
  }

  /// A text or a word, as a prompt or a default value is.
  mutating func operand() -> KconfigExpression? {
    skipSpace()
    guard index < bytes.count else { return nil }
    let first = bytes[index]
    if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") { return quoted(by: first) }
    if first == UInt8(ascii: "$") { return macro() }
    let start = index
    while index < bytes.count, Self.isWord(bytes[index]) { index += 1 }
    guard index > start else { return nil }
    return .symbol(String(decoding: bytes[start..<index], as: UTF8.self))
  }

  private mutating func conjunction() -> KconfigExpression? {
    list(separator: UInt8(ascii: "&"), KconfigExpression.and) { $0.factor() }
  }

  private mutating func list(
    separator: UInt8, _ combine: ([KconfigExpression]) -> KconfigExpression,
    _ part: (inout KconfigExpressionParser) -> KconfigExpression?
  ) -> KconfigExpression? {
    guard let first = part(&self) else { return nil }
    var parts = [first]
    while takeTwice(separator), let next = part(&self) { parts.append(next) }
    return parts.count == 1 ? first : combine(parts)
  }

  private mutating func factor() -> KconfigExpression? {
    skipSpace()
    if take("!") { return factor().map { .not($0) } }
    if take("(") {
      let inner = expression()
      skipSpace()
      _ = take(")")
      return inner
    }
    guard let left = operand() else { return nil }
    skipSpace()
    // The longer operators first: "<" begins "<=".
    for comparison in [
      KconfigExpression.Comparison.atMost, .atLeast, .notEqual, .equal, .less, .greater,
    ] where take(comparison.rawValue) {
      return operand().map { .compare(left, comparison, $0) }
    }
    return left
  }

  private mutating func quoted(by quote: UInt8) -> KconfigExpression {
    index += 1
    var content: [UInt8] = []
    while index < bytes.count, bytes[index] != quote {
      if bytes[index] == UInt8(ascii: "\\"), index + 1 < bytes.count { index += 1 }
      content.append(bytes[index])
      index += 1
    }
    index = min(index + 1, bytes.count)
    let text = String(decoding: content, as: UTF8.self)
    guard text.contains("$(") else { return .text(text) }
    if text.hasPrefix("$("), text.hasSuffix(")"), let known = variables[text.inMacro] {
      return .text(known)
    }
    return .macro(text)
  }

  /// A macro up to its balanced bracket.
  private mutating func macro() -> KconfigExpression {
    let start = index
    var depth = 0
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      if byte == UInt8(ascii: "(") { depth += 1 }
      if byte == UInt8(ascii: ")") { depth -= 1 }
      if depth == 0, byte == UInt8(ascii: ")") { break }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    return variables[text.inMacro].map { .symbol($0) } ?? .macro(text)
  }

  private mutating func skipSpace() {
    while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
  }

  private mutating func take(_ text: String) -> Bool {
    guard bytes[index...].starts(with: text.utf8) else { return false }
    index += text.utf8.count
    return true
  }

  private mutating func takeTwice(_ byte: UInt8) -> Bool {
    skipSpace()
    guard bytes[index...].starts(with: [byte, byte]) else { return false }
    index += 2
    return true
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}

extension String {
  /// What stands between `$(` and `)`.
  fileprivate var inMacro: String { String(dropFirst(2).dropLast()) }
}
