/// The objects of KCIDB v5.3 that a run has, named as there but for the case of the letters; what is nil is not written.
struct KCIDBObjects: Encodable {
  struct Version: Encodable {
    let major = 5
    let minor = 3
  }

  struct Checkout: Encodable {
    let id: String
    let origin: String
    let treeName: String?
    let gitRepositoryUrl: String?
    let gitRepositoryBranch: String?
    let gitCommitHash: String?
    let gitCommitName: String?
    let patchsetHash: String?
    let valid: Bool
    let misc: [String: String]?
  }

  struct Build: Encodable {
    let id: String
    let checkoutId: String
    let origin: String
    let comment: String
    let architecture: String
    let status: String
    let misc: [String: String]
  }

  struct Environment: Encodable {
    let comment: String
    let misc: [String: String]
  }

  struct TestMisc: Encodable {
    let verdict: String
    let run: String
    let suite: String
    let name: String
    let repetition: Int
    let reason: String?
    let knownIssue: String?
    /// Fingerprints.
    let splats: [String]?
  }

  struct Test: Encodable {
    let id: String
    let buildId: String
    let origin: String
    let path: String
    let comment: String
    let status: String
    let startTime: String?
    /// In seconds.
    let duration: Double?
    let logExcerpt: String?
    let environment: Environment
    let misc: TestMisc
  }

  struct Culprit: Encodable {
    let code: Bool
    let tool: Bool
    let harness: Bool
  }

  struct Issue: Encodable {
    let id: String
    let version: Int
    let origin: String
    let comment: String?
    let reportUrl: String?
    let culprit: Culprit
    let misc: [String: String]?
  }

  struct Incident: Encodable {
    let id: String
    let origin: String
    let issueId: String
    let issueVersion: Int
    let testId: String
    let present: Bool
  }

  let version = Version()
  var checkouts: [Checkout] = []
  var builds: [Build] = []
  var tests: [Test] = []
  var issues: [Issue] = []
  var incidents: [Incident] = []
}
