import Results

/// What a result has to say, in lines that every format can show.
enum CaseWords {
  /// More text than this, and `run.json` is pointed to.
  static let maximumCharacters = 32_000
  /// More steps than this are left to `run.json`; the last ones are what failed.
  private static let maximumSteps = 40

  /// One line: the kernel's complaint, what was seen, or why.
  static func headline(_ result: CaseResult) -> String {
    let said =
      result.splats.first?.title ?? result.seen.map { "seen: \($0)" } ?? result.reason?.text
    return cut(said ?? result.verdict.rawValue, 300)
  }

  /// Label and text of all that explains a result, most telling first.
  static func facts(_ result: CaseResult, knownIssues: KnownIssues) -> [(
    label: String, text: String
  )] {
    var facts: [(String, String)] = []
    if let expected = result.expected { facts.append(("expected", expected)) }
    if let seen = result.seen { facts.append(("seen", seen)) }
    // A splat's title is told below.
    if let reason = result.reason, reason.kind != .splat || result.splats.isEmpty {
      facts.append(("why", reason.text))
    }
    facts += result.splats.map { ("kernel", $0.title) }
    if let id = result.knownIssue {
      facts.append(("known", issueText(id, knownIssues)))
    }
    facts += result.evidence.sorted { $0.key < $1.key }
      .map { ("evidence", "\($0.key)=\($0.value)") }
    return facts.map { ($0.0, cut($0.1, 4_000)) }
  }

  /// "ID: reason (fixed by COMMIT)".
  static func issueText(_ id: String, _ knownIssues: KnownIssues) -> String {
    guard let issue = knownIssues.issues.first(where: { $0.id == id }) else { return id }
    let fix = issue.fix == "open" ? "open" : "fixed by \(issue.fix)"
    return "\(id): \(issue.reason) (\(fix))"
  }

  /// Everything as plain lines, bounded.
  static func body(_ repeated: RepeatedCase, knownIssues: KnownIssues) -> String {
    let result = repeated.worst
    let headline = headline(result)
    var lines = [headline]
    if let share = repeated.share { lines.append("\(result.verdict.rawValue) in \(share)") }
    lines += facts(result, knownIssues: knownIssues).map { "\($0.label): \($0.text)" }
      .filter { $0 != headline }
    if !result.steps.isEmpty {
      lines.append("steps:")
      lines += result.steps.suffix(maximumSteps).map { "  " + cut($0, 300) }
    }
    for splat in result.splats { lines += ["", splat.text] + splat.frames }
    return cut(lines.joined(separator: "\n"), maximumCharacters)
  }

  /// The text, or its start with a word about the rest.
  static func cut(_ text: String, _ count: Int) -> String {
    // Bytes first: counting the characters of ten megabytes takes longer than the whole report.
    guard text.utf8.count > count else { return text }
    let head = String(decoding: text.utf8.prefix(count), as: UTF8.self)
    return head + "… (cut; run.json has \(text.utf8.count) bytes)"
  }
}
