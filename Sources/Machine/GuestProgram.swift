internal import GuestProtocol

/// A static program that can be pushed into guests.
package struct GuestProgram: Sendable {
  /// What it is called in messages, and `argv[0]`.
  package let name: String
  /// The SHA-256 of its bytes in lower-case hexadecimal: its identity.
  package let digest: String
  package let bytes: [UInt8]
  /// What the guest verifies.
  let check: String

  /// - Parameters:
  ///   - name: such as `uffdwp-anon`.
  ///   - digest: the SHA-256 of the bytes in lower-case hexadecimal.
  ///   - bytes: at most `Limits.programBytes`.
  package init(name: String, digest: String, bytes: [UInt8]) {
    self.name = name
    self.digest = digest
    self.bytes = bytes
    var checksum = Checksum()
    bytes.withUnsafeBytes { checksum.add($0) }
    check = checksum.text
  }
}
