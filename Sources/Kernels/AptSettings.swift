/// What of the machine's apt settings a private configuration takes over, read from `apt-config
/// dump`.
struct AptSettings: Equatable {
  struct Setting: Equatable {
    let key: String
    let value: String
  }

  /// In the order of the dump.
  let kept: [Setting]

  /// How to reach mirrors, how old an archive may be, and where the download methods are.
  ///
  /// Never what would weaken verification, and no hooks: those act on the system's own files.
  private static let keptPrefixes = [
    "Acquire::http", "Acquire::https", "Acquire::tor", "Acquire::socks", "Acquire::ForceIPv",
    "Acquire::Retries", "Acquire::Check-Valid-Until", "Acquire::Check-Date",
    "Acquire::Max-FutureTime", "Acquire::By-Hash", "Acquire::PDiffs", "Dir::Bin",
  ]

  /// Reads lines of the form `Key::Sub "value";`; others are left out.
  init(dump: String) {
    kept = dump.split(separator: "\n").compactMap { line in
      guard let space = line.firstIndex(of: " "), line.hasSuffix("\";") else { return nil }
      let key = String(line[..<space])
      let quoted = line[line.index(after: space)...].dropLast(2)
      guard quoted.hasPrefix("\""), !quoted.dropFirst().isEmpty else { return nil }
      let value = String(quoted.dropFirst())
      let wanted = Self.keptPrefixes.contains { key == $0 || key.hasPrefix($0) }
      // apt's syntax has no escape for a quote inside a value.
      return wanted && !value.contains("\"") ? Setting(key: key, value: value) : nil
    }
  }

  func has(_ key: String) -> Bool { kept.contains { $0.key == key } }
}
