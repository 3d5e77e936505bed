import Foundation
package import Results

/// A run as JUnit XML, for Jenkins or for GitLab; docs/reports.md says what each reads.
///
/// A file has failures or errors exactly when the run is red.
package struct JUnitReport: Sendable {
  /// Whose reader the file is for.
  package enum Flavor: String, CaseIterable, Sendable {
    /// Surefire's additions, properties and output.
    case jenkins
    /// Only what GitLab reads, everything in the body of the failure.
    case gitlab
  }

  package var flavor: Flavor
  /// For the reasons behind the ids of known issues.
  package var knownIssues: KnownIssues

  package init(_ flavor: Flavor = .jenkins, knownIssues: KnownIssues = KnownIssues()) {
    self.flavor = flavor
    self.knownIssues = knownIssues
  }

  /// Writes the whole run.
  package func write(_ run: Run, to output: inout some TextOutputStream) {
    let suites = RunGrid(run).kernels.flatMap { kernel in
      kernel.suites.map { Suite(kernel, $0, run) }
    }
    let cases = suites.flatMap(\.cases)
    let head: Markup = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="\("faultline " + CaseWords.cut(run.id, 300))" tests="\(cases.count)" \
      failures="\(count(cases, .failure))" errors="\(count(cases, .error))" \
      time="\(Self.seconds(run.elapsedMilliseconds ?? 0))">

      """
    output.write(head.source)
    for suite in suites { output.write(self.suite(suite, run).source) }
    output.write("</testsuites>\n")
  }

  /// One suite on one kernel and machine.
  private struct Suite {
    let name: String
    let kernel: String
    let guest: GuestRecord?
    let cases: [RepeatedCase]

    init(_ kernel: RunGrid.Kernel, _ suite: RunGrid.Suite, _ run: Run) {
      self.kernel = CaseWords.cut(kernel.name, 300)
      name = self.kernel + "." + CaseWords.cut(suite.name, 300)
      guest = run.guests.first { $0.kernel == kernel.kernel && $0.machine == kernel.machine }
      cases = RepeatedCase.group(suite.results)
    }
  }

  /// What a case is to a reader of JUnit.
  private enum Outcome {
    case passed, skipped, failure, error

    init(_ result: CaseResult) {
      switch result.verdict {
      case .pass: self = .passed
      case .skip: self = .skipped
      case _ where result.knownIssue != nil: self = .skipped
      case .fail: self = .failure
      case .unexercised, .error, .crash, .hang, .lost, .missing: self = .error
      }
    }
  }

  private func count(_ cases: [RepeatedCase], _ outcome: Outcome) -> Int {
    cases.count { Outcome($0.worst) == outcome }
  }

  private func suite(_ suite: Suite, _ run: Run) -> Markup {
    let milliseconds = suite.cases.map(\.milliseconds).reduce(0, +)
    let timestamp: Markup = run.started.flatMap(Self.time).map { " timestamp=\"\($0)\"" } ?? ""
    return """
        <testsuite name="\(suite.name)" tests="\(suite.cases.count)" \
      failures="\(count(suite.cases, .failure))" errors="\(count(suite.cases, .error))" \
      skipped="\(count(suite.cases, .skipped))" time="\(Self.seconds(milliseconds))"\(timestamp) \
      hostname="\(suite.kernel)">
      \(flavor == .jenkins ? properties(suite.guest) : .empty)\
      \(suite.cases.map { testcase($0, suite) })  </testsuite>

      """
  }

  private func properties(_ guest: GuestRecord?) -> Markup {
    guard let guest else { return .empty }
    var facts = guest.facts.mapValues(\.description)
    facts["machine"] = guest.machine
    facts["accelerator"] = guest.accelerator.rawValue
    facts["release"] = guest.release
    let lines = facts.sorted { $0.key < $1.key }.map { key, value -> Markup in
      """
            <property name="\(CaseWords.cut(key, 300))" value="\(CaseWords.cut(value, 1_000))"/>

      """
    }
    return "    <properties>\n\(lines)    </properties>\n"
  }

  private func testcase(_ repeated: RepeatedCase, _ suite: Suite) -> Markup {
    let head: Markup = """
          <testcase classname="\(suite.name)" name="\(CaseWords.cut(repeated.planned.name, 300))" \
      time="\(Self.seconds(repeated.milliseconds))"
      """
    let inside = children(repeated)
    return inside.isEmpty ? "\(head)/>\n" : "\(head)>\n\(inside)    </testcase>\n"
  }

  private func children(_ repeated: RepeatedCase) -> Markup {
    let result = repeated.worst
    switch Outcome(result) {
    case .passed: return output(result)
    case .skipped:
      let message = message(result)
      return "      <skipped message=\"\(message)\">\(message)</skipped>\n" + output(result)
    case .failure:
      return """
              <failure message="\(message(result))" type="\(result.verdict.rawValue)">\
        \(CaseWords.body(repeated, knownIssues: knownIssues))</failure>

        """ + reruns(repeated)
    case .error:
      return """
              <error message="\(message(result))" type="\(result.verdict.rawValue)">\
        \(CaseWords.body(repeated, knownIssues: knownIssues))</error>

        """ + reruns(repeated)
    }
  }

  private func message(_ result: CaseResult) -> String {
    let line =
      switch result.knownIssue {
      case let id?: "known issue \(CaseWords.issueText(id, knownIssues))"
      case nil where result.verdict == .skip:
        "\((result.reason?.kind ?? .other).rawValue): \(CaseWords.headline(result))"
      case nil where result.verdict == .fail: CaseWords.headline(result)
      case nil: "\(result.verdict.rawValue): \(CaseWords.headline(result))"
      }
    return Escaping.terminal(line)
  }

  /// The other red repetitions, in Surefire's words.
  private func reruns(_ repeated: RepeatedCase) -> Markup {
    guard flavor == .jenkins else { return .empty }
    var others = repeated.red
    others.removeAll { $0.planned.repetition == repeated.planned.repetition }
    return Markup(
      others.prefix(20).map { result -> Markup in
        let text = "repetition \(result.planned.repetition): \(message(result))"
        return Outcome(result) == .failure
          ? "      <rerunFailure message=\"\(text)\" type=\"\(result.verdict.rawValue)\"/>\n"
          : "      <rerunError message=\"\(text)\" type=\"\(result.verdict.rawValue)\"/>\n"
      })
  }

  /// What a case measured, for Jenkins; GitLab would look for attachments in it.
  private func output(_ result: CaseResult) -> Markup {
    let lines = result.evidence.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    guard flavor == .jenkins, !lines.isEmpty else { return .empty }
    let text = CaseWords.cut(lines.joined(separator: "\n"), CaseWords.maximumCharacters)
    return "      <system-out>\(text)</system-out>\n"
  }

  /// The time as it was written, if it is RFC 3339 with a zone.
  static func time(_ text: String) -> String? {
    let form = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/
    return text.wholeMatch(of: form) == nil ? nil : text
  }

  /// `12.345`, as every reader takes it.
  private static func seconds(_ milliseconds: Int) -> String {
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}
