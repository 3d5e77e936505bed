import GuestProtocol

/// What a suite's transcript holds about one case.
struct CaseNotes: Sendable {
  /// More evidence than this is a broken test, and dropped.
  static let maximumEvidence = 100
  /// More steps than this tell nobody more.
  static let maximumSteps = 400
  /// More splats than this add nothing to a verdict.
  static let maximumSplats = 20

  var observation = Observation()
  var expected: String?
  var seen: String?
  var evidence: [String: String] = [:]
  var steps: [String] = []
  var durationMilliseconds: Int?

  mutating func addEvidence(_ key: String, _ value: String) {
    guard evidence.count < Self.maximumEvidence || evidence[key] != nil else { return }
    evidence[key] = value
  }

  mutating func addStep(_ text: String) {
    guard steps.count < Self.maximumSteps else { return }
    steps.append(text)
  }

  mutating func addSplat(_ splat: SplatRecord) {
    let known = observation.splats.firstIndex { $0.fingerprint == splat.fingerprint }
    if let known {
      observation.splats[known].count += splat.count
      observation.splats[known].fatal = observation.splats[known].fatal || splat.fatal
    } else if observation.splats.count < Self.maximumSplats {
      observation.splats.append(splat)
    }
  }

  /// Takes the result line with what was measured before it; a second one changes nothing but, when
  /// it differs, is remembered as a contradiction.
  mutating func take(_ point: KTAPPoint, _ measured: CaseNotes) {
    let claim = Claim(point)
    if let first = observation.claim {
      if first != claim { observation.contradiction = claim }
      return
    }
    observation.isStarted = true
    observation.claim = claim
    expected = measured.expected
    seen = measured.seen
    evidence = measured.evidence
    steps = measured.steps
    durationMilliseconds = point.timeMilliseconds
  }
}
