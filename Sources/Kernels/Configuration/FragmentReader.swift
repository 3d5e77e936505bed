/// Reads the lines of a fragment; whatever is not clearly a request or a comment is an error, since
/// a request that is skipped would be missed by nobody.
struct FragmentReader {
  /// Only for messages.
  let file: String
  private var line = 0
  /// The bounds of a `# only:` line that no request has followed yet.
  private var pending: (bounds: VersionBounds, line: Int)?
  private var requests: [ConfigRequest] = []

  init(file: String) {
    self.file = file
  }

  mutating func requests(in text: String) throws(ConfigError) -> [ConfigRequest] {
    for content in text.split(separator: "\n", omittingEmptySubsequences: false) {
      line += 1
      try read(content.trimmed)
    }
    if let pending { throw problem("`# only:` has no request below it", at: pending.line) }
    return requests
  }

  private mutating func read(_ content: String) throws(ConfigError) {
    if content.hasPrefix("CONFIG_") { return try readRequest(content) }
    if let pending {
      throw problem("`# only:` must have its request on the next line", at: pending.line)
    }
    if content.isEmpty { return }
    guard content.hasPrefix("#") else {
      throw problem("\"\(content)\" is neither CONFIG_NAME=value nor a comment")
    }
    try readComment(content.dropFirst().trimmed)
  }

  private mutating func readComment(_ comment: String) throws(ConfigError) {
    if comment.hasPrefix("CONFIG_"), comment.hasSuffix(" is not set") {
      throw problem("a symbol that is to be off is asked for as \(comment.words[0])=n")
    }
    if comment.lowercased().hasPrefix("only:") {
      let text = comment.dropFirst("only:".count).trimmed
      guard let bounds = VersionBounds(text) else {
        throw problem("\"\(text)\" bounds no version; write `# only: >=6.1`, `<7.0` or both")
      }
      pending = (bounds, line)
    }
    if comment.lowercased().hasPrefix("wants:"), comment.dropFirst("wants:".count).words.isEmpty {
      throw problem("`# wants:` names nothing; name the catalogue areas that need the block below")
    }
  }

  private mutating func readRequest(_ content: String) throws(ConfigError) {
    let sides = content.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let symbol = String(sides[0])
    guard sides.count == 2, symbol.count > "CONFIG_".count,
      symbol.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    else { throw problem("\"\(content)\" is no request; write CONFIG_NAME=value without spaces") }
    let value = String(sides[1])
    guard Self.isValue(value) else {
      throw problem(
        "\(symbol) cannot be asked to be \(value.isEmpty ? "nothing" : value); a value is y, n, m,"
          + " a number or a \"text\"")
    }
    let request = ConfigRequest(
      symbol: symbol, value: value, versions: pending?.bounds ?? VersionBounds(), file: file,
      line: line)
    pending = nil
    let earlier = requests.first {
      $0.symbol == symbol && $0.versions.overlaps(request.versions)
    }
    if let earlier {
      throw problem("\(symbol) is asked for in line \(earlier.line) already; keep one of the two")
    }
    requests.append(request)
  }

  private static func isValue(_ text: String) -> Bool {
    if ["y", "n", "m"].contains(text) { return true }
    if text.hasPrefix("\"") {
      return text.count >= 2 && text.hasSuffix("\"") && !text.dropFirst().dropLast().contains("\"")
    }
    if text.hasPrefix("0x") { return Int(text.dropFirst(2), radix: 16) != nil }
    return Int(text) != nil && !text.hasPrefix("+")
  }

  private func problem(_ text: String, at place: Int? = nil) -> ConfigError {
    .malformed(file: file, line: place ?? line, problem: text)
  }
}
