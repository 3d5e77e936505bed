/// The first lines of a request: all of it that this server looks at.
package struct RequestHead: Equatable, Sendable {
  /// More bytes than this are not read.
  package static let maximumBytes = 16 * 1024
  /// More header lines than this are refused.
  private static let maximumLines = 100

  package var method: String
  /// Decoded.
  package var path: String
  /// Names and values, decoded; of a name that stands twice the first.
  package var query: [String: String]
  /// The value of Host; nil when it is absent or stands twice.
  package var host: String?
  /// Whether the client is to be asked nothing more on this connection.
  package var closes: Bool
  /// Whether something follows the head.
  package var hasBody: Bool

  /// Reads a head without the empty line at its end; nil when it is none.
  package init?(_ bytes: some Collection<UInt8>) {
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines.first?.split(separator: " ", omittingEmptySubsequences: false) ?? []
    guard words.count == 3, lines.count <= Self.maximumLines,
      words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0", words[1].hasPrefix("/")
    else { return nil }
    method = String(words[0])
    let parts = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let path = Self.decoded(parts[0], plus: false) else { return nil }
    self.path = path
    query = [:]
    if parts.count > 1 {
      guard let query = Self.query(parts[1]) else { return nil }
      self.query = query
    }
    var hosts: [String] = []
    closes = words[2] == "HTTP/1.0"
    hasBody = false
    for line in lines.dropFirst() where !line.isEmpty {
      guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { return nil }
      let value = Self.trimmed(line[line.index(after: colon)...])
      switch line[..<colon].lowercased() {
      case "host": hosts.append(value)
      case "connection" where value.lowercased().contains("close"): closes = true
      case "content-length" where value != "0": hasBody = true
      case "transfer-encoding": hasBody = true
      default: break
      }
    }
    host = hosts.count == 1 ? hosts[0] : nil
  }

  private static func query(_ text: Substring) -> [String: String]? {
    var query: [String: String] = [:]
    for item in text.split(separator: "&") {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decoded(parts[0], plus: true),
        let value = decoded(parts.count > 1 ? parts[1] : "", plus: true)
      else { return nil }
      if query[name] == nil { query[name] = value }
    }
    return query
  }

  /// Percent signs and, in a query, plus signs resolved; nil for what is no UTF-8.
  static func decoded(_ text: Substring, plus: Bool) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit)
        else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plus: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func trimmed(_ text: Substring) -> String {
    let start = text.drop { $0 == " " || $0 == "\t" }
    return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
