import Yams

/// Turns the YAML of a kernel catalogue into entries, and says exactly what it does not understand.
struct CatalogReader {
  let file: String

  private static let entryKeys = ["summary", "version", "suites", "packages"]

  func entries(in yaml: String) throws -> [CatalogEntry] {
    let root: Node?
    do {
      root = try compose(yaml: yaml)
    } catch let error as YamlError {
      throw malformed(error)
    }
    guard let root else {
      throw CatalogError(file: file, line: nil, problem: "is empty; expected the key \"kernels\"")
    }
    let top = try fields(of: root, allowed: ["kernels"], place: "the file")
    guard let kernels = top["kernels"] else {
      throw problem(at: root, "the key \"kernels\" is missing")
    }
    guard let mapping = kernels.mapping else {
      throw problem(at: kernels, "\"kernels\" must be a mapping of names to kernels")
    }
    guard !mapping.isEmpty else { throw problem(at: kernels, "\"kernels\" names no kernel") }
    return try mapping.map { try entry(name: $0.key, value: $0.value) }
  }

  private func entry(name node: Node, value: Node) throws -> CatalogEntry {
    let name = try text(node, "a kernel's name")
    guard name.wholeMatch(of: /[a-z0-9][a-z0-9.+-]*/) != nil else {
      throw problem(
        at: node, "kernel name \"\(name)\" may only have a-z, 0-9, \".\", \"+\" and \"-\"")
    }
    let place = "kernel \"\(name)\""
    let fields = try fields(of: value, allowed: Self.entryKeys, place: place)
    func required(_ key: String) throws -> Node {
      guard let found = fields[key] else { throw problem(at: node, "\(place) lacks \"\(key)\"") }
      return found
    }
    return CatalogEntry(
      name: name,
      summary: try text(required("summary"), "\"summary\" of \(place)"),
      series: try series(required("version"), place),
      suites: try list(required("suites"), "\"suites\" of \(place)").map(\.text),
      packages: try list(required("packages"), "\"packages\" of \(place)").map {
        guard let pattern = PackagePattern($0.text) else {
          throw problem(
            at: $0.node, "package \"\($0.text)\" of \(place) must have one \"*\" for the release")
        }
        return pattern
      })
  }

  private func series(_ node: Node, _ place: String) throws -> CatalogEntry.Series {
    let version = try text(node, "\"version\" of \(place)")
    if version == "newest" { return .newest }
    guard version.wholeMatch(of: /[0-9]+(\.[0-9]+)*/) != nil else {
      throw problem(
        at: node, "\"version\" of \(place) is \"\(version)\"; expected digits and dots, or newest")
    }
    return .series(version)
  }

  /// The fields of a mapping, every key being one of `allowed`.
  private func fields(of node: Node, allowed: [String], place: String) throws -> [String: Node] {
    guard let mapping = node.mapping else {
      throw problem(at: node, "\(place) must be a mapping with " + allowed.joined(separator: ", "))
    }
    var found: [String: Node] = [:]
    for (keyNode, value) in mapping {
      let key = try text(keyNode, "a key of \(place)")
      guard allowed.contains(key) else {
        let nearest = NearestNames.of(key, among: allowed, limit: 1).first
        let hint =
          nearest.map { "did you mean \"\($0)\"?" }
          ?? "known: " + allowed.joined(separator: ", ")
        throw problem(at: keyNode, "unknown key \"\(key)\" in \(place); \(hint)")
      }
      found[key] = value
    }
    return found
  }

  private func text(_ node: Node, _ what: String) throws -> String {
    guard let text = node.scalar?.string, !text.isEmpty, node.null == nil else {
      throw problem(at: node, "\(what) must be a text")
    }
    return text
  }

  private func list(_ node: Node, _ what: String) throws -> [(text: String, node: Node)] {
    guard let sequence = node.sequence, !sequence.isEmpty else {
      throw problem(at: node, "\(what) must be a list of at least one text")
    }
    return try sequence.map { (try text($0, "each of \(what)"), $0) }
  }

  private func problem(at node: Node, _ text: String) -> CatalogError {
    CatalogError(file: file, line: node.mark?.line, problem: text)
  }

  private func malformed(_ error: YamlError) -> CatalogError {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      CatalogError(file: file, line: mark.line, problem: "is not YAML: " + problem)
    case .duplicatedKeysInMapping(let keys, let context):
      CatalogError(
        file: file, line: context.mark.line,
        problem: "names twice: " + keys.sorted().joined(separator: ", "))
    default:
      CatalogError(file: file, line: nil, problem: "is not YAML: \(error)")
    }
  }
}
