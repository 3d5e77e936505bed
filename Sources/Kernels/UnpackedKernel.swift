import Foundation

/// Turns the downloaded packages of one kernel into the files of a cache entry.
struct UnpackedKernel {
  let entry: CatalogEntry
  let choice: PackageChoice
  let suite: String

  /// A System.map of fewer bytes is Debian's note that the real one is in the debug package.
  private static let smallestSystemMap = 1024

  /// Unpacks the packages, keeps what a guest needs, and describes it.
  ///
  /// `packages` is the folder with the .deb files and is removed; `staging` is where the entry's
  /// files go. Throws `FetchError.unusable` when something that a guest needs is not in the
  /// packages.
  func assemble(packages: String, into staging: String) async throws -> KernelRecord {
    let files = FileManager.default
    let root = staging + "/root"
    for package in try files.contentsOfDirectory(atPath: packages).sorted() {
      _ = try await ChildProcess(
        "dpkg-deb", ["-x", packages + "/" + package, root], deadline: FetchDeadline.unpack
      ).output()
    }
    let release = try release(in: root)
    let folders = ["/usr/lib/modules/", "/lib/modules/"].map { root + $0 + release }
    let image = try keepFiles(root, folders, release, staging)
    try files.createDirectory(atPath: staging + "/modules", withIntermediateDirectories: false)
    let tree = ModuleTree(installed: folders)
    let harvest = try await ModuleHarvest(tree, into: staging + "/modules")
    try files.removeItem(atPath: root)
    try files.removeItem(atPath: packages)
    return try await record(
      release: image.release ?? release, harvest: harvest, absent: absent(tree), in: staging)
  }

  private var imagePackage: String { choice.packages.first?.package ?? entry.name }

  private func unusable(_ problem: String) -> FetchError {
    FetchError.unusable(kernel: entry.name, package: imagePackage, problem: problem)
  }

  /// The one folder below lib/modules; the package's name may spell the release otherwise.
  private func release(in root: String) throws -> String {
    for folder in ["/usr/lib/modules", "/lib/modules"] {
      let path = root + folder
      // A package has one of the two.
      guard FileManager.default.fileExists(atPath: path) else { continue }
      if let name = try FileManager.default.contentsOfDirectory(atPath: path).sorted().first {
        return name
      }
    }
    throw unusable("has no folder below lib/modules")
  }

  private func keepFiles(
    _ root: String, _ folders: [String], _ release: String, _ staging: String
  ) throws -> KernelImage {
    let files = FileManager.default
    func first(_ names: [String]) -> String? { names.first(where: files.fileExists(atPath:)) }
    let boot = root + "/boot/"
    let images = folders.flatMap { [$0 + "/vmlinuz", $0 + "/vmlinuz.unsigned"] }
    guard let image = first([boot + "vmlinuz-" + release] + images) else {
      throw unusable("has no vmlinuz")
    }
    try files.moveItem(atPath: image, toPath: staging + "/vmlinuz")
    if let config = first([boot + "config-" + release] + folders.map { $0 + "/config" }) {
      try files.moveItem(atPath: config, toPath: staging + "/config")
    }
    if let map = first([boot + "System.map-" + release] + folders.map { $0 + "/System.map" }),
      FileFacts(path: map)?.size ?? 0 >= Self.smallestSystemMap
    {
      try files.moveItem(atPath: map, toPath: staging + "/System.map")
    }
    guard let facts = KernelImage(path: staging + "/vmlinuz") else {
      throw unusable("has a vmlinuz that cannot be read")
    }
    if let defect = facts.defect { throw unusable("has a vmlinuz that " + defect) }
    return facts
  }

  /// The wanted modules that this kernel does not have in any form.
  private func absent(_ tree: ModuleTree) throws -> [String] {
    let absent = WantedModule.all.filter {
      tree.files[$0.name] == nil && !tree.builtin.contains($0.name)
    }
    if let missing = absent.first(where: { $0.group == .channel }) {
      throw unusable("has no \(missing.name), \(missing.reason)")
    }
    return absent.map(\.name)
  }

  private func record(
    release: String, harvest: ModuleHarvest, absent: [String], in staging: String
  ) async throws -> KernelRecord {
    let modules = harvest.modules.map { module in
      let file = "modules/" + (module.path.split(separator: "/").last ?? "")
      return KernelRecord.Module(
        name: module.name, group: module.group, file: file, needs: module.needs)
    }
    let names =
      ["vmlinuz", "config", "System.map"].filter {
        FileManager.default.fileExists(atPath: staging + "/" + $0)
      } + modules.map(\.file)
    let digests = try await FileDigest.sha256(of: names.map { staging + "/" + $0 })
    let files = try zip(names, digests).map { name, digest in
      guard let facts = FileFacts(path: staging + "/" + name) else {
        throw unusable("lost \(name) while it was unpacked")
      }
      return KernelRecord.File(
        path: name, size: facts.size, modified: facts.modified, sha256: digest)
    }
    return KernelRecord(
      schema: KernelRecord.currentSchema, name: entry.name, package: imagePackage,
      version: choice.version, release: release, suite: suite, sha256: digests.first ?? "",
      files: files, modules: modules, absent: absent)
  }
}
