/// What `apt-get update` wrote about a suite that it could not read.
struct AptComplaint: Equatable {
  /// Each line that says something, once.
  let lines: [String]

  /// Takes all of standard error, and of standard output the lines below "Err:".
  ///
  /// Only there does apt say that a connection failed; on standard error that is "does not have a
  /// Release file", just as if the suite were not there.
  init(output: String, errors: String) {
    var lines: [String] = []
    var isBelowError = false
    for line in output.split(separator: "\n") {
      if line.hasPrefix("Err:") {
        isBelowError = true
      } else if isBelowError, line.first?.isWhitespace == true {
        lines.append(line.trimmed)
      } else {
        isBelowError = false
      }
    }
    lines += errors.split(separator: "\n").map(\.trimmed)
    var told: Set<String> = []
    self.lines = lines.filter {
      !$0.hasPrefix("E: Some index files failed to download.") && told.insert($0).inserted
    }
  }

  private static let noConnection = [
    "Could not resolve", "Temporary failure", "Could not connect", "Cannot initiate",
    "Unable to connect", "onnection", "timed out", "unreachable",
  ]
  private static let noRelease = "does not have a Release file"
  private static let badSignature = [
    "is not signed", "GPG error", "EXPKEYSIG", "BADSIG", "is not valid yet", "is expired",
  ]

  /// The reason, from the most particular to the most general.
  var reason: SuiteFailure.Reason {
    let causes = lines.filter { !$0.contains(Self.noRelease) }
    let text = (causes.isEmpty ? lines : causes).joined(separator: "; ")
    if !missingKeys.isEmpty { return .unknownKeys(missingKeys) }
    if Self.badSignature.contains(where: text.contains) { return .notVerified(text) }
    if ["404  Not Found", "File not found"].contains(where: text.contains) { return .absent }
    if Self.noConnection.contains(where: text.contains) { return .unreachable(text) }
    return text.contains(Self.noRelease) ? .absent : .unreachable(text)
  }

  /// Key ids after "NO_PUBKEY" (gpgv) or in "Missing key ID, which is needed" (sqv, apt 3.0).
  private var missingKeys: [String] {
    var keys: [String] = []
    for line in lines {
      for match in line.matches(of: /(?:NO_PUBKEY|Missing key) ([0-9A-F]{16,40})/)
      where !keys.contains(String(match.1)) {
        keys.append(String(match.1))
      }
    }
    return keys
  }
}
