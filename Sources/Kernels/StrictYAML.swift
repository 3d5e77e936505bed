package import Yams

/// A YAML file of ours, read so that everything not understood is an error with its line.
package struct StrictYAML: Sendable {
  /// Only for messages.
  package let file: String

  package init(file: String) {
    self.file = file
  }

  /// The root of the text.
  ///
  /// - Throws: `CatalogError` when it is empty or not YAML.
  package func root(of yaml: String, expecting what: String) throws -> Node {
    let root: Node?
    do {
      root = try compose(yaml: yaml)
    } catch let error as YamlError {
      throw malformed(error)
    }
    guard let root else {
      throw CatalogError(file: file, line: nil, problem: "is empty; expected " + what)
    }
    return root
  }

  /// The fields of a mapping, every key being one of `allowed`.
  package func fields(of node: Node, allowed: [String], place: String) throws -> [String: Node] {
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

  /// A text that is not empty.
  package func text(_ node: Node, _ what: String) throws -> String {
    guard let text = node.scalar?.string, !text.isEmpty, node.null == nil else {
      throw problem(at: node, "\(what) must be a text")
    }
    return text
  }

  /// True or false.
  package func flag(_ node: Node, _ what: String) throws -> Bool {
    guard let value = node.bool else { throw problem(at: node, "\(what) must be true or false") }
    return value
  }

  /// A list of at least one text.
  package func list(_ node: Node, _ what: String) throws -> [(text: String, node: Node)] {
    guard let sequence = node.sequence, !sequence.isEmpty else {
      throw problem(at: node, "\(what) must be a list of at least one text")
    }
    return try sequence.map { (try text($0, "each of \(what)"), $0) }
  }

  /// The error that says what is wrong at a node.
  package func problem(at node: Node, _ text: String) -> CatalogError {
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
