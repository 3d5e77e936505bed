package import Foundation
internal import GuestProtocol
internal import Kernels
package import Results
internal import Yams

/// `kernels/known-issues.yaml` (docs/verdicts.md has its schema).
package struct KnownIssuesFile {
  private static let keys = [
    "id", "case", "except", "splat", "verdicts", "intermittent", "kernels", "reason", "fix", "link",
    "expires",
  ]

  private let yaml: StrictYAML

  /// The issues of a file.
  ///
  /// - Throws: `CatalogError` with file and line for what it does not understand.
  package static func load(_ file: URL) throws -> KnownIssues {
    guard let data = FileManager.default.contents(atPath: file.path) else {
      throw CatalogError(file: file.path, line: nil, problem: "cannot be read")
    }
    return try parse(String(decoding: data, as: UTF8.self), file: file.path)
  }

  /// The issues of a text; `file` is only for messages.
  package static func parse(_ text: String, file: String) throws -> KnownIssues {
    try KnownIssuesFile(yaml: StrictYAML(file: file)).issues(in: text)
  }

  private func issues(in text: String) throws -> KnownIssues {
    let root = try yaml.root(of: text, expecting: "a list of known issues")
    guard let entries = root.sequence else {
      throw yaml.problem(at: root, "must be a list of known issues")
    }
    var ids: Set<String> = []
    return KnownIssues(
      try entries.map { node in
        let issue = try issue(node)
        guard ids.insert(issue.id).inserted else {
          throw yaml.problem(at: node, "the id \"\(issue.id)\" stands twice")
        }
        return issue
      })
  }

  private func issue(_ node: Node) throws -> KnownIssue {
    let fields = try yaml.fields(of: node, allowed: Self.keys, place: "a known issue")
    func text(_ key: String) throws -> String {
      guard let value = fields[key] else {
        throw yaml.problem(at: node, "a known issue lacks \"\(key)\"")
      }
      return try yaml.text(value, "\"\(key)\"")
    }
    func glob(_ key: String) throws -> Glob? {
      try fields[key].map { Glob(try yaml.text($0, "\"\(key)\"")) }
    }
    let cases = try glob("case")
    let splat = try glob("splat")
    guard cases != nil || splat != nil else {
      throw yaml.problem(at: node, "a known issue names neither \"case\" nor \"splat\"")
    }
    let exceptions = try fields["except"].map { try yaml.list($0, "\"except\"") } ?? []
    return KnownIssue(
      id: try text("id"), cases: cases, exceptions: exceptions.map { Glob($0.text) }, splat: splat,
      verdicts: try verdicts(fields["verdicts"]),
      kernels: try kernels(fields["kernels"], at: node),
      isIntermittent: try fields["intermittent"].map { try yaml.flag($0, "\"intermittent\"") }
        ?? false,
      reason: try text("reason"), fix: try text("fix"), link: try text("link"),
      expires: try date(text("expires"), at: node))
  }

  private func verdicts(_ node: Node?) throws -> Set<Verdict> {
    guard let node else { return [] }
    return Set(
      try yaml.list(node, "\"verdicts\"").map { word in
        guard let verdict = Verdict(rawValue: word.text) else {
          let known = Verdict.allCases.map(\.rawValue).joined(separator: ", ")
          throw yaml.problem(at: word.node, "there is no verdict \"\(word.text)\"; known: \(known)")
        }
        return verdict
      })
  }

  private func kernels(_ node: Node?, at entry: Node) throws -> KnownIssue.Kernels {
    guard let node else { return .releases(from: nil, through: nil) }
    if node.sequence != nil {
      return .named(try yaml.list(node, "\"kernels\"").map { Glob($0.text) })
    }
    let ends = try yaml.fields(of: node, allowed: ["from", "through"], place: "\"kernels\"")
    func release(_ key: String) throws -> KernelRelease? {
      try ends[key].map { end in
        let text = try yaml.text(end, "\"\(key)\"")
        guard let release = KernelRelease(text) else {
          throw yaml.problem(at: end, "\"\(key)\" is \"\(text)\", which is no kernel release")
        }
        return release
      }
    }
    return .releases(from: try release("from"), through: try release("through"))
  }

  private func date(_ text: String, at node: Node) throws -> CalendarDate {
    guard let date = CalendarDate(text) else {
      throw yaml.problem(at: node, "\"expires\" is \"\(text)\"; expected a day like 2027-06-30")
    }
    return date
  }
}
