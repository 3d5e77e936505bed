import Foundation

/// The one place where foreign text is made harmless for what it is written into.
///
/// Names, reasons and splats come from guests that may be broken or hostile: none of them may move
/// a cursor, change a colour, forge a line or a directive.
package enum Escaping {
  /// One line for a terminal: control characters, escapes, line breaks and characters that turn the
  /// direction of text are shown as `\n` or `\u{1B}` instead of being obeyed.
  package static func terminal(_ text: some StringProtocol) -> String {
    var safe = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": safe += "\\n"
      case "\r": safe += "\\r"
      case "\t": safe += " "
      default:
        if isHarmless(scalar) {
          safe.unicodeScalars.append(scalar)
        } else {
          safe += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
      }
    }
    return safe
  }

  /// Several lines for a terminal: as `terminal`, but line breaks are obeyed.
  package static func lines(_ text: some StringProtocol) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { terminal($0) }
      .joined(separator: "\n")
  }

  /// A test's name in KTAP: no `#`, which would begin a directive, and one line.
  package static func ktapName(_ text: some StringProtocol) -> String {
    let line = terminal(text).replacing("#", with: "_")
    return line.isEmpty ? "unnamed" : line
  }

  /// The text behind a directive or in a diagnostic line: one line, and no `#` that KTAP would
  /// read.
  package static func ktapText(_ text: some StringProtocol) -> String {
    terminal(text).replacing(" # ", with: " ")
  }

  /// One line of a mail: plain ASCII, letters without their accents, `?` for what has no such form.
  package static func mail(_ text: some StringProtocol) -> String {
    var plain = ""
    for scalar in terminal(text).decomposedStringWithCanonicalMapping.unicodeScalars {
      switch scalar {
      case _ where scalar.isASCII: plain.unicodeScalars.append(scalar)
      case "‘", "’", "‚": plain += "'"
      case "“", "”", "„", "«", "»": plain += "\""
      case "–", "—", "−", "‐", "‑": plain += "-"
      case "…": plain += "..."
      case "→": plain += "->"
      case "×": plain += "x"
      case "\u{A0}": plain += " "
      case "ß": plain += "ss"
      default: if scalar.properties.generalCategory != .nonspacingMark { plain += "?" }
      }
    }
    return plain
  }

  /// A word of a shell command: as it is when that is safe, otherwise in single quotes.
  package static func shellWord(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "-_./+=:@,%".utf8.contains(byte)
        }
      }
    return isPlain ? text : "'" + terminal(text).replacing("'", with: "'\\''") + "'"
  }

  private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      false
    default: true
    }
  }
}
