import KernelLog
import Results

/// Reads one element of `results`.
struct ResultReader {
  /// What is wrong with it.
  struct Shape: Error, Equatable {
    let what: String
  }

  func result(_ cursor: inout JSONCursor) throws -> CaseResult {
    var planned = PlannedCase(kernel: "", machine: "", suite: "", name: "")
    var verdict: Verdict?
    var result = CaseResult(planned, .missing)
    var found = 0
    try cursor.object { cursor, name in
      guard let field = Field(rawValue: name) else { return try cursor.skip() }
      if try cursor.takeNull() { return }
      found |= 1 << field.ordinal
      switch field {
      case .kernel: planned.kernel = try cursor.string()
      case .machine: planned.machine = try cursor.string()
      case .suite: planned.suite = try cursor.string()
      case .name: planned.name = try cursor.string()
      case .repetition: planned.repetition = try cursor.integer()
      case .verdict: verdict = try word(&cursor, "verdict")
      case .reason: result.reason = try reason(&cursor)
      case .expected: result.expected = try cursor.string()
      case .seen: result.seen = try cursor.string()
      case .evidence: result.evidence = try texts(&cursor)
      case .steps: result.steps = try list(&cursor)
      case .duration: result.durationMilliseconds = try cursor.integer()
      case .splats: try cursor.array { result.splats.append(try splat(&$0)) }
      case .knownIssue: result.knownIssue = try cursor.string()
      }
    }
    for field in [Field.kernel, .machine, .suite, .name] where found & 1 << field.ordinal == 0 {
      throw Shape(what: "it has no \(field.rawValue)")
    }
    guard let verdict else { throw Shape(what: "it has no verdict") }
    guard (1...1_000_000).contains(planned.repetition) else {
      throw Shape(what: "its repetition is \(planned.repetition)")
    }
    if let duration = result.durationMilliseconds, duration < 0 {
      throw Shape(what: "its duration is \(duration)")
    }
    result.planned = planned
    result.verdict = verdict
    return result
  }

  private enum Field: String {
    case kernel, machine, suite, verdict, reason, expected, seen, evidence, steps, splats
    case name = "case"
    case repetition = "repeat"
    case duration = "duration_ms"
    case knownIssue = "known_issue"

    /// Its bit among what was found.
    var ordinal: Int {
      switch self {
      case .kernel: 0
      case .machine: 1
      case .suite: 2
      case .name: 3
      default: 4
      }
    }
  }

  /// A word of an enumeration.
  private func word<Word: RawRepresentable>(
    _ cursor: inout JSONCursor, _ what: String
  ) throws -> Word where Word.RawValue == String {
    let text = try cursor.string()
    guard let word = Word(rawValue: text) else {
      throw Shape(what: "“\(text.prefix(40))” is no \(what)")
    }
    return word
  }

  private func reason(_ cursor: inout JSONCursor) throws -> Reason {
    var kind: Reason.Kind?
    var text = ""
    try cursor.object { cursor, name in
      switch name {
      case "kind": kind = try word(&cursor, "kind of reason")
      case "text": text = try cursor.string()
      default: try cursor.skip()
      }
    }
    guard let kind else { throw Shape(what: "its reason has no kind") }
    return Reason(kind, text)
  }

  /// An object whose values are texts.
  func texts(_ cursor: inout JSONCursor) throws -> [String: String] {
    var texts: [String: String] = [:]
    try cursor.object { cursor, name in texts[name] = try cursor.string() }
    return texts
  }

  /// An array of texts.
  func list(_ cursor: inout JSONCursor) throws -> [String] {
    var list: [String] = []
    try cursor.array { list.append(try $0.string()) }
    return list
  }

  private func splat(_ cursor: inout JSONCursor) throws -> SplatRecord {
    var kind: SplatKind?
    var record = SplatRecord(kind: .otherBug, title: "", fingerprint: "", text: "", fatal: false)
    try cursor.object { cursor, name in
      switch name {
      case "kind": kind = try word(&cursor, "kind of splat")
      case "title": record.title = try cursor.string()
      case "fingerprint": record.fingerprint = try cursor.string()
      case "text": record.text = try cursor.string()
      case "fatal": record.fatal = try cursor.bool()
      case "count": record.count = try cursor.integer()
      case "frames": record.frames = try list(&cursor)
      default: try cursor.skip()
      }
    }
    guard let kind else { throw Shape(what: "a splat of it has no kind") }
    guard record.count > 0 else { throw Shape(what: "a splat of it has the count \(record.count)") }
    record.kind = kind
    return record
  }
}
