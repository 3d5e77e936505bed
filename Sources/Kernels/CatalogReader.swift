import Yams

/// Turns the YAML of a kernel catalogue into entries, and says exactly what it does not understand.
struct CatalogReader {
  private let yaml: StrictYAML

  init(file: String) {
    yaml = StrictYAML(file: file)
  }

  private static let entryKeys = ["summary", "version", "suites", "packages"]

  func entries(in yaml: String) throws -> [CatalogEntry] {
    let root = try self.yaml.root(of: yaml, expecting: "the key \"kernels\"")
    let top = try self.yaml.fields(of: root, allowed: ["kernels"], place: "the file")
    guard let kernels = top["kernels"] else {
      throw self.yaml.problem(at: root, "the key \"kernels\" is missing")
    }
    guard let mapping = kernels.mapping else {
      throw self.yaml.problem(at: kernels, "\"kernels\" must be a mapping of names to kernels")
    }
    guard !mapping.isEmpty else {
      throw self.yaml.problem(at: kernels, "\"kernels\" names no kernel")
    }
    return try mapping.map { try entry(name: $0.key, value: $0.value) }
  }

  private func entry(name node: Node, value: Node) throws -> CatalogEntry {
    let name = try self.yaml.text(node, "a kernel's name")
    guard name.wholeMatch(of: /[a-z0-9][a-z0-9.+-]*/) != nil else {
      throw self.yaml.problem(
        at: node, "kernel name \"\(name)\" may only have a-z, 0-9, \".\", \"+\" and \"-\"")
    }
    let place = "kernel \"\(name)\""
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
