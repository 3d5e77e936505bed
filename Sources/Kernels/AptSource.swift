/// One entry of the machine's apt sources, whichever of the two formats it was written in.
///
/// sources.list(5) describes both. `Trusted` and the `Allow-…` options are never taken over: what
/// faultline fetches is always verified.
struct AptSource: Equatable {
  /// The options that say how a repository is checked or reached, and are safe to take over.
  static let keptOptions = ["check-valid-until", "check-date", "by-hash", "date-max-future"]

  var types: [String]
  var uris: [String]
  var suites: [String]
  var components: [String]
  /// Absolute paths of keyrings and fingerprints, as in `Signed-By`.
  var signedBy: [String] = []
  /// A key written into the entry itself, armoured; empty when there is none.
  var embeddedKey = ""
  /// Those of `keptOptions` that are set, by lower-case name.
  var options: [String: String] = [:]

  /// Reads a `.sources` file (deb822 stanzas); disabled and incomplete stanzas are left out.
  static func deb822(_ text: String) -> [AptSource] {
    var sources: [AptSource] = []
    var fields: [String: String] = [:]
    var field: String?
    func flush() {
      if let source = AptSource(stanza: fields) { sources.append(source) }
      fields = [:]
      field = nil
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("#") { continue }
      if line.allSatisfy(\.isWhitespace) {
        flush()
      } else if line.first?.isWhitespace == true {
        if let field { fields[field, default: ""] += "\n" + line.trimmed }
      } else if let colon = line.firstIndex(of: ":") {
        let name = line[..<colon].trimmed.lowercased()
        fields[name] = line[line.index(after: colon)...].trimmed
        field = name
      }
    }
    flush()
    return sources
  }

  /// Reads a `.list` file (one entry a line); lines that are no entry are left out.
  static func oneLine(_ text: String) -> [AptSource] {
    text.split(separator: "\n").compactMap { AptSource(line: String($0)) }
  }

}

extension AptSource {
  private init?(stanza: [String: String]) {
    let enabled = stanza["enabled"]?.lowercased() ?? "yes"
    guard !["no", "false", "without", "off", "disable"].contains(enabled) else { return nil }
    self.init(
      types: stanza["types"]?.words ?? [], uris: stanza["uris"]?.words ?? [],
      suites: stanza["suites"]?.words ?? [], components: stanza["components"]?.words ?? [])
    guard !types.isEmpty, !uris.isEmpty, !suites.isEmpty else { return nil }
    let signers = stanza["signed-by"] ?? ""
    if signers.contains("BEGIN PGP PUBLIC KEY BLOCK") {
      embeddedKey = Self.unescapedKey(signers)
    } else {
      signedBy = Self.list(signers)
    }
    options = stanza.filter { Self.keptOptions.contains($0.key) }
  }

  private init?(line: String) {
    var rest = line.prefix { $0 != "#" }.trimmed
    guard let type = rest.words.first, type == "deb" || type == "deb-src" else { return nil }
    rest = rest.dropFirst(type.count).trimmed
    var options: [String: String] = [:]
    if rest.hasPrefix("[") {
      guard let end = rest.firstIndex(of: "]") else { return nil }
      for option in rest[rest.index(after: rest.startIndex)..<end].trimmed.words {
        let parts = option.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { continue }
        options[parts[0].lowercased()] = String(parts[1])
      }
      rest = rest[rest.index(after: end)...].trimmed
    }
    let words = rest.words
    guard words.count >= 2 else { return nil }
    self.init(
      types: [type], uris: [words[0]], suites: [words[1]],
      components: Array(words.dropFirst(2)), signedBy: Self.list(options["signed-by"] ?? ""),
      options: options.filter { Self.keptOptions.contains($0.key) })
  }

  private static func list(_ text: String) -> [String] {
    text.split { $0 == "," || $0.isWhitespace }.map(String.init)
  }

  /// A deb822 value cannot hold an empty line, so a key block has "." in its place.
  private static func unescapedKey(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .drop { $0.trimmed.isEmpty }
      .map { $0.trimmed == "." ? "" : $0.trimmed }
      .joined(separator: "\n") + "\n"
  }
}

extension StringProtocol {
  /// The text without white space around it.
  var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }

  /// The parts between white space.
  var words: [String] { split { $0.isWhitespace }.map { String($0) } }
}
