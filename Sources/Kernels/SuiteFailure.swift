/// Why a suite of a mirror could not be read.
package struct SuiteFailure: Error, Equatable, CustomStringConvertible {
  package enum Reason: Sendable, Equatable {
    /// The mirror answers and has no such suite.
    case absent
    /// The mirror's index is signed by keys that no configured keyring has; their ids as apt gives
    /// them.
    case unknownKeys([String])
    /// The signature is there and wrong, expired, or missing altogether.
    case notVerified(String)
    /// No answer, or not in time.
    case unreachable(String)
    /// No source in the machine's apt configuration can have this suite.
    case noMirror
  }

  package let suite: String
  package let mirror: String
  package let keyrings: [String]
  package let reason: Reason

  package init(suite: String, mirror: String, keyrings: [String], reason: Reason) {
    self.suite = suite
    self.mirror = mirror
    self.keyrings = keyrings
    self.reason = reason
  }

  /// Reads the reason off what apt wrote.
  init(_ failure: ChildFailure, suite: String, mirror: String, keyrings: [String]) {
    self.init(
      suite: suite, mirror: mirror, keyrings: keyrings, reason: Self.reason(of: failure))
  }

  private static func reason(of failure: ChildFailure) -> Reason {
    let text = failure.lastWords
    let keys = missingKeys(in: text)
    if !keys.isEmpty { return .unknownKeys(keys) }
    if text.contains("is not signed") || text.contains("GPG error") || text.contains("EXPKEYSIG")
      || text.contains("BADSIG") || text.contains("is not valid yet") || text.contains("is expired")
    {
      return .notVerified(text)
    }
    let unanswered = [
      "Could not resolve", "Temporary failure", "Could not connect", "Unable to connect",
      "Connection", "timed out", "Network is unreachable",
    ]
    if unanswered.contains(where: text.contains) { return .unreachable(text) }
    if text.contains("404") || text.contains("does not have a Release file") { return .absent }
    return .unreachable(failure.description)
  }

  /// Key ids after "NO_PUBKEY" (gpgv) or in "Missing key ID, which is needed" (sqv, apt 3.0).
  private static func missingKeys(in text: String) -> [String] {
    var keys: [String] = []
    for match in text.matches(of: /(?:NO_PUBKEY|Missing key) ([0-9A-F]{16,40})/) {
      let key = String(match.1)
      if !keys.contains(key) { keys.append(key) }
    }
    return keys
  }

  package var description: String {
    switch reason {
    case .absent: "\(suite): \(mirror) does not have this suite"
    case .unknownKeys(let keys):
      "\(suite): signed by \(keys.joined(separator: ", ")), which is not in "
        + (keyrings.isEmpty ? "the keyrings apt trusts" : keyrings.joined(separator: ", "))
        + "; try: apt-get install debian-archive-keyring"
    case .notVerified(let text): "\(suite): \(mirror) could not be verified: \(text)"
    case .unreachable(let text): "\(suite): \(mirror) could not be read: \(text)"
    case .noMirror:
      suite.hasSuffix("-security")
        ? "\(suite): apt is configured with no Debian security mirror"
        : "\(suite): apt is configured with no Debian mirror"
    }
  }
}
