import Foundation

/// The header lines of a mail, unfolded but not decoded: enough for its ids, which are ASCII.
struct MailHeaders {
  private let fields: [(name: String, value: String)]

  /// Reads to the first empty line; nil when a line before it is no header.
  init?(_ mail: Data) {
    var fields: [(name: String, value: String)] = []
    var ended = false
    for (index, line) in DiffLines(mail).enumerated() {
      let text = line.hasSuffix("\r") ? line.dropLast() : line[...]
      if text.isEmpty {
        // Leading empty lines are skipped, as git mailsplit does.
        if fields.isEmpty { continue }
        ended = true
        break
      }
      if index == 0, text.hasPrefix("From ") { continue }
      if text.first == " " || text.first == "\t", !fields.isEmpty {
        fields[fields.count - 1].value += " " + text.trimmed
      } else if let field = text.prefixMatch(of: /([!-9;-~]+):\s*/) {
        fields.append((field.1.lowercased(), String(text[field.range.upperBound...])))
      } else {
        return nil
      }
    }
    guard ended, !fields.isEmpty else { return nil }
    self.fields = fields
  }

  /// The first field of a name given in lower case.
  subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  var messageID: String? { self["message-id"].flatMap { Self.ids($0).first } }

  /// The mails this one answers, the thread's first one first, the nearest last.
  var ancestors: [String] {
    var ids = Self.ids(self["references"] ?? "")
    if let parent = Self.ids(self["in-reply-to"] ?? "").first, ids.last != parent {
      ids.removeAll { $0 == parent }
      ids.append(parent)
    }
    return ids
  }

  private static func ids(_ value: String) -> [String] {
    value.matches(of: /<([^<>\s]+)>/).map { String($0.1) }
  }
}
