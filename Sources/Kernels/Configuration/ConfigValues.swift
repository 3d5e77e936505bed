/// The values of a complete `.config`.
package struct ConfigValues: Sendable {
  private let values: [String: String]

  /// Reads the text of a `.config`.
  package init(_ text: String) {
    var values: [String: String] = [:]
    for line in text.split(separator: "\n") where line.utf8.starts(with: "CONFIG_".utf8) {
      guard let equals = line.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
      values[String(line[..<equals])] = String(line[line.utf8.index(after: equals)...])
    }
    self.values = values
  }

  /// The value of a symbol (`CONFIG_ZRAM`); `n` when it is off or there is no such symbol.
  package func value(of symbol: String) -> String {
    values[symbol] ?? "n"
  }
}
