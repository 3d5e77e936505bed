import GuestProtocol

/// What a suite's transcript holds about one case.
struct CaseNotes: Sendable {
  /// More evidence than this is a broken test, and dropped.
  static let maximumEvidence = 100
  /// More steps than this tell nobody more.
  static let maximumSteps = 400
  /// All that is kept of what a case says beside its result, in bytes; a case of ours says a tenth of it.
  static let maximumBytes = 64 << 10
  /// More splats than this add nothing to a verdict.
  static let maximumSplats = 20

  var observation = Observation()
  var expected: String?
  var seen: String?
  var evidence: [String: String] = [:]
  var steps: [String] = []
  var durationMilliseconds: Int?
  private var bytes = 0

  mutating func addEvidence(_ key: String, _ value: String) {
    guard evidence.count < Self.maximumEvidence || evidence[key] != nil,
      hasRoom(for: key.utf8.count + value.utf8.count)
    else { return }
    evidence[key] = value
  }

  mutating func addStep(_ text: String) {
    guard steps.count < Self.maximumSteps, hasRoom(for: text.utf8.count) else { return }
    steps.append(text)
  }

  private mutating func hasRoom(for count: Int) -> Bool {
    guard bytes + count <= Self.maximumBytes else { return false }
    bytes += count
    return true
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
