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
