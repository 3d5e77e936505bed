import Testing

@testable import Kernels

@Suite struct SuiteFailureTests {
  @Test(
    "what apt wrote is told apart: no such suite, no key, wrong signature, no answer",
    arguments: [
      (
        "E: The repository 'http://mirror.example/debian sid Release' does not have a Release file.",
        SuiteFailure.Reason.absent
      ),
      (
        "W: GPG error: http://mirror.example/debian sid InRelease: The following signatures couldn't be "
          + "verified because the public key is not available: NO_PUBKEY 6ED0E7B82643E131 NO_PUBKEY "
          + "78DBA3BC47EF2265", .unknownKeys(["6ED0E7B82643E131", "78DBA3BC47EF2265"])
      ),
      (
        "Sub-process /usr/bin/sqv returned an error code (1), error message is: Missing key "
          + "4CB50190207B4758A3F73A796ED0E7B82643E131, which is needed to verify signature.",
        .unknownKeys(["4CB50190207B4758A3F73A796ED0E7B82643E131"])
      ),
      (
        "E: The repository 'http://mirror.example/debian sid Release' is not signed.",
        .notVerified(
          "E: The repository 'http://mirror.example/debian sid Release' is not signed.")
      ),
      ("Could not resolve 'mirror.example'", .unreachable("Could not resolve 'mirror.example'")),
    ])
  func reasons(_ words: String, _ reason: SuiteFailure.Reason) {
    #expect(AptComplaint(output: "", errors: words).reason == reason)
  }

  @Test("a connection that failed is not taken for a suite that is not there")
  func connection() {
    let complaint = AptComplaint(
      output: """
        Ign:1 http://mirror.example/debian sid InRelease
        Err:2 http://mirror.example/debian sid Release
          Cannot initiate the connection to mirror.example:80. - connect (101: Network is unreachable)
        Reading package lists...
        """,
      errors:
        "E: The repository 'http://mirror.example/debian sid Release' does not have a Release file.\n"
    )
    guard case .unreachable(let text) = complaint.reason else {
      Issue.record("taken for \(complaint.reason)")
      return
    }
    #expect(text.hasPrefix("Cannot initiate the connection to mirror.example:80."))
    let absent = AptComplaint(
      output:
        "Err:2 http://mirror.example/debian sid Release\n  404  Not Found [IP: 192.0.2.1 80]\n",
      errors:
        "E: The repository 'http://mirror.example/debian sid Release' does not have a Release file.\n"
    )
    #expect(absent.reason == .absent)
  }

  @Test("a keyring without the suite's key is said plainly, with the cure")
  func unknownKey() {
    let failure = SuiteFailure(
      suite: "sid", mirror: "http://mirror.example/debian", keyrings: ["/k/old.gpg"],
      reason: .unknownKeys(["6ED0E7B82643E131"]))
    #expect(
      failure.description
        == "sid: signed by 6ED0E7B82643E131, which is not in /k/old.gpg; "
        + "try: apt-get install debian-archive-keyring")
  }

  @Test("the error for a version that left lists what every suite has")
  func notOffered() {
    let error = FetchError.notOffered(
      kernel: "debian-6.1", wanted: "linux-image-*-cloud-amd64-unsigned 6.1",
      reports: [
        SuiteReport(
          suite: "trixie", versions: ["6.12.1-1", "6.1.9-1"], gone: ["6.1.9-1"], failure: nil),
        .read("sid", []),
        .failed(SuiteFailure(suite: "x-security", mirror: "", keyrings: [], reason: .noMirror)),
      ])
    #expect(
      error.description == """
        no suite has kernel debian-6.1 (linux-image-*-cloud-amd64-unsigned 6.1) any more; there is
          trixie: 6.12.1-1, 6.1.9-1 (listed, and not there)
          sid: nothing
          x-security: apt is configured with no Debian security mirror
          try:  another kernel, or add a suite that has it to kernels/kernels.yaml
        """)
  }
}
