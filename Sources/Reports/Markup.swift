/// A piece of HTML or XML that is safe to write.
///
/// Only literals of this program become tags. Whatever is put into one with `\(…)` is text: it is escaped, and
/// characters that a reader would obey are shown (`Escaping`). So `"<b>\(name)</b>"` is right whatever the name is, and
/// there is no way to make a `Markup` of a `String` that is taken as it is. Attribute values belong in double quotes.
struct Markup: Equatable, Sendable {
  private(set) var source: String

  /// Text, escaped.
  init(_ text: some StringProtocol) {
    source = Self.escaped(text)
  }

  /// Several pieces, one after the other.
  init(_ pieces: some Sequence<Markup>) {
    source = pieces.reduce(into: "") { $0 += $1.source }
  }

  static let empty: Markup = ""

  /// The piece, or nothing.
  static func when(_ condition: Bool, _ piece: @autoclosure () -> Markup) -> Markup {
    condition ? piece() : empty
  }

  var isEmpty: Bool { source.isEmpty }

  /// What it takes in a file, in bytes.
  var byteCount: Int { source.utf8.count }

  static func += (left: inout Markup, right: Markup) { left.source += right.source }

  static func + (left: Markup, right: Markup) -> Markup { Markup([left, right]) }

  private static func escaped(_ text: some StringProtocol) -> String {
    if text.utf8.allSatisfy(isPlain) { return String(text) }
    var safe = ""
    for character in Escaping.lines(text).unicodeScalars {
      switch character {
      case "&": safe += "&amp;"
      case "<": safe += "&lt;"
      case ">": safe += "&gt;"
      case "\"": safe += "&quot;"
      case "'": safe += "&#39;"
      default: safe.unicodeScalars.append(character)
      }
    }
    return safe
  }

  /// Printable ASCII without the five that mean something.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"): false
    case UInt8(ascii: "\""), UInt8(ascii: "'"): false
    case 0x20..<0x7f: true
    default: false
    }
  }
}

extension Markup: ExpressibleByStringInterpolation {
  /// Only a literal in the source is one of these; a `String` is not.
  init(stringLiteral value: StaticString) {
    source = value.description
  }

  init(stringInterpolation: StringInterpolation) {
    source = stringInterpolation.source
  }

  /// Collects literals as they are and values escaped.
  struct StringInterpolation: StringInterpolationProtocol {
    var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity * 2)
    }

    mutating func appendLiteral(_ literal: StaticString) { source += literal.description }

    mutating func appendInterpolation(_ text: some StringProtocol) {
      source += Markup(text).source
    }

    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    mutating func appendInterpolation(_ markup: Markup) { source += markup.source }

    mutating func appendInterpolation(_ pieces: [Markup]) {
      for piece in pieces { source += piece.source }
    }
  }
}
