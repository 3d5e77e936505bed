import Yams

/// Turns the YAML of a kernel catalogue into entries, and says exactly what it does not understand.
struct CatalogReader {
  private let yaml: StrictYAML

  init(file: String) {
    yaml = StrictYAML(file: file)
  }

  private static let entryKeys = ["summary", "version", "suites", "packages"]

  /// The prebuilt kernels (`kernels`), and the sources (`sources`), of which there may be none.
  func entries(
    in yaml: String
  ) throws -> (kernels: [CatalogEntry], sources: [CatalogEntry]) {
    let root = try self.yaml.root(of: yaml, expecting: "the key \"kernels\"")
    let top = try self.yaml.fields(of: root, allowed: ["kernels", "sources"], place: "the file")
    guard let kernels = top["kernels"] else {
      throw self.yaml.problem(at: root, "the key \"kernels\" is missing")
    }
    let prebuilt = try list(kernels, "kernels", of: "kernel")
    let sources = try top["sources"].map { try list($0, "sources", of: "source") } ?? []
    for source in sources where prebuilt.contains(where: { $0.name == source.name }) {
      throw self.yaml.problem(at: root, "\"\(source.name)\" names a kernel and a source")
    }
    return (prebuilt, sources)
  }

  private func list(_ node: Node, _ key: String, of kind: String) throws -> [CatalogEntry] {
    guard let mapping = node.mapping else {
      throw yaml.problem(at: node, "\"\(key)\" must be a mapping of names to \(key)")
    }
    guard !mapping.isEmpty else {
      throw yaml.problem(at: node, "\"\(key)\" names no \(kind)")
    }
    return try mapping.map { try entry(kind, name: $0.key, value: $0.value) }
  }

  private func entry(_ kind: String, name node: Node, value: Node) throws -> CatalogEntry {
    let name = try self.yaml.text(node, "a \(kind)'s name")
    guard name.wholeMatch(of: /[a-z0-9][a-z0-9.+-]*/) != nil else {
      throw self.yaml.problem(
        at: node, "\(kind) name \"\(name)\" may only have a-z, 0-9, \".\", \"+\" and \"-\"")
    }
    let place = "\(kind) \"\(name)\""
    let fields = try self.yaml.fields(of: value, allowed: Self.entryKeys, place: place)
    func required(_ key: String) throws -> Node {
      guard let found = fields[key] else {
        throw self.yaml.problem(at: node, "\(place) lacks \"\(key)\"")
      }
      return found
    }
    return CatalogEntry(
      name: name,
      summary: try self.yaml.text(required("summary"), "\"summary\" of \(place)"),
      series: try series(required("version"), place),
      suites: try self.yaml.list(required("suites"), "\"suites\" of \(place)").map(\.text),
      packages: try self.yaml.list(required("packages"), "\"packages\" of \(place)").map {
        guard let pattern = PackagePattern($0.text) else {
          throw self.yaml.problem(
            at: $0.node, "package \"\($0.text)\" of \(place) must have one \"*\" for the release")
        }
        return pattern
      })
  }

  private func series(_ node: Node, _ place: String) throws -> CatalogEntry.Series {
    let version = try self.yaml.text(node, "\"version\" of \(place)")
    if version == "newest" { return .newest }
    guard version.wholeMatch(of: /[0-9]+(\.[0-9]+)*/) != nil else {
      throw self.yaml.problem(
        at: node, "\"version\" of \(place) is \"\(version)\"; expected digits and dots, or newest")
    }
    return .series(version)
  }
}
