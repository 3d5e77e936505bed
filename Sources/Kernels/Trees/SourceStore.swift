import Foundation
import Glibc
import SystemPackage

/// The kernel sources of this user: `sources/ID/tree` below the cache, each unpacked once.
///
/// A tree is assembled under the lock of its name and renamed into place, so that one that is there
/// is complete. Its files are read-only: builds work on hard links to them.
package struct SourceStore: Sendable {
  private let cache: KernelCache
  private let machine: @Sendable () async throws -> AptConfiguration
  private let report: @Sendable (FetchEvent) -> Void

  /// A store that tells each step to `report`, which may be called from any thread.
  package init(
    cache: KernelCache = .standard(), report: @escaping @Sendable (FetchEvent) -> Void = { _ in }
  ) {
    self.init(cache: cache, machine: AptConfiguration.ofMachine, report: report)
  }

  /// As above, with an apt configuration that need not be the machine's.
  init(
    cache: KernelCache, machine: @escaping @Sendable () async throws -> AptConfiguration,
    report: @escaping @Sendable (FetchEvent) -> Void
  ) {
    self.cache = cache
    self.machine = machine
    self.report = report
  }

  /// How long unpacking or copying a tree of 80,000 files may take.
  static let unpackDeadline = Duration.seconds(1_800)

  /// Gives the tree of an origin, fetched and unpacked when it is not in the cache.
  ///
  /// A name of the catalogue stays at the version that was fetched until `newest` asks for a newer
  /// one. Safe while other processes do the same.
  ///
  /// - Throws: `SourceError`, `FetchError`, `ChildFailure` of apt, tar or git, `CancellationError`.
  package func tree(_ origin: SourceOrigin, newest: Bool = false) async throws -> SourceTree {
    switch origin {
    case .debian(let entry): try await debian(entry, newest: newest)
    case .tarball(let path, let given): try await tarball(path, given)
    case .directory(let path, let given): try await directory(path, given)
    case .git(let path, let revision, let given): try await git(path, revision, given)
    }
  }

  /// A git tree where it lies, as it is now; for builds that follow its checkouts.
  ///
  /// - Throws: `SourceError` when it is no kernel's git tree, or was built in place.
  package func live(_ given: String) async throws -> SourceTree {
    let path = URL(fileURLWithPath: given).standardizedFileURL.resolvingSymlinksInPath().path
    guard FileManager.default.fileExists(atPath: path + "/.git") else {
      throw SourceError.notGit(path: given, revision: "HEAD")
    }
    try check(path, given)
    guard !FileManager.default.fileExists(atPath: path + "/.config") else {
      throw SourceError.builtInPlace(path: given)
    }
    let hash = try await hashOfWorkingTree(path)
    let commit = try await GitTree(path: path).commit(of: "HEAD")
    return SourceTree(
      name: commit, id: "git-" + hash.prefix(20), root: path, origin: "git \(commit)", isLive: true)
  }

  /// The hash of a git tree as it is on disk.
  private func hashOfWorkingTree(_ path: String) async throws -> String {
    let scratch = "\(folder)/.index-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }  // only takes room
    return try await GitTree(path: path, scratch: scratch).hashOfWorkingTree()
  }

  /// The version of a catalogue source that is in the cache; nil when none is.
  package func cached(_ entry: CatalogEntry) -> SourceTree? {
    let link = folder + "/" + entry.name + ".current"
    // No link: it was never fetched.
    guard let id = try? FileManager.default.destinationOfSymbolicLink(atPath: link)  // see above
    else { return nil }
    return load(id, name: entry.name)
  }

  private var folder: String { cache.directory + "/sources" }

  private func load(_ id: String, name: String) -> SourceTree? {
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(id)/source.json") else {
      return nil
    }
    // A record that cannot be read counts as none: the tree is made again.
    let record = try? JSONDecoder().decode(SourceTree.Record.self, from: data)  // see above
    return record.map {
      SourceTree(name: name, id: $0.id, root: "\(folder)/\(id)/tree", origin: $0.origin)
    }
  }

  /// Makes the tree `id` in a staging folder under the lock, unless it is there.
  private func made(
    _ id: String, name: String, origin: String, fill: (_ staging: String) async throws -> Void
  ) async throws -> SourceTree {
    if let tree = load(id, name: name) { return tree }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let lock = try await takeLock(id, name: name)
    if let tree = load(id, name: name) { return tree }
    let staging = "\(folder)/.staging-\(id)"
    try removeIfThere(staging)
    try FileManager.default.createDirectory(
      atPath: staging + "/tree", withIntermediateDirectories: true)
    do {
      try await fill(staging)
      try check(staging + "/tree", name)
      try await protect(staging + "/tree")
      let record = try JSONEncoder().encode(SourceTree.Record(id: id, origin: origin))
      try record.write(to: URL(fileURLWithPath: staging + "/source.json"))
      try removeIfThere("\(folder)/\(id)")
      try FileManager.default.moveItem(atPath: staging, toPath: "\(folder)/\(id)")
    } catch {
      try removeIfThere(staging)
      throw error
    }
    _ = consume lock
    guard let tree = load(id, name: name) else { throw SourceError.missing(path: folder) }
    report(.unpacked(source: name, directory: tree.root))
    return tree
  }

  private func takeLock(_ id: String, name: String) async throws -> FileLock {
    let path = "\(folder)/.lock-\(id)"
    do {
      return try await FileLock.acquire(path, within: Self.unpackDeadline) {
        report(.waiting(kernel: name))
      }
    } catch Errno.timedOut {
      throw SourceError.locked(name: name, path: path)
    }
  }

  private func removeIfThere(_ path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    try FileManager.default.removeItem(atPath: path)
  }

  private func check(_ root: String, _ name: String) throws(SourceError) {
    for file in ["Makefile", "Kconfig", "mm/Makefile"]
    where !FileManager.default.fileExists(atPath: root + "/" + file) {
      throw .notAKernel(given: name, lacks: file)
    }
  }

  /// Takes the right to write from every file; folders keep theirs, so that rm(1) still works.
  private func protect(_ root: String) async throws {
    _ = try await ChildProcess(
      "find", [root, "-type", "f", "-exec", "chmod", "a-w", "{}", "+"],
      deadline: Self.unpackDeadline
    ).output()
  }
}

/// The four kinds of origin.
extension SourceStore {
  private func debian(_ entry: CatalogEntry, newest: Bool) async throws -> SourceTree {
    if !newest, let tree = cached(entry) { return tree }
    let search = SuiteSearch(cache: cache, machine: try await machine(), report: report)
    return try await search.first(of: entry) { finding in
      guard let package = finding.choice.packages.first else { return nil }
      let id = "\(package.package)_\(package.version)"
      let origin = "Debian \(package.package) \(package.version) from \(finding.apt.suite)"
      let isThere = try await download(id, entry, finding)
      guard isThere else { return nil }
      let tree = try await made(id, name: entry.name, origin: origin) { staging in
        try await unpack(downloads(id), entry.name, into: staging)
      }
      try removeIfThere(downloads(id))
      try point(entry.name, to: id)
      return tree
    }
  }

  private func downloads(_ id: String) -> String { "\(folder)/.download-\(id)" }

  /// Downloads the package of a tree that is not there yet; false when the mirror lacks it.
  private func download(
    _ id: String, _ entry: CatalogEntry, _ finding: SuiteSearch.Finding
  ) async throws -> Bool {
    if load(id, name: entry.name) != nil { return true }
    let packages = finding.choice.packages
    try FileManager.default.createDirectory(
      atPath: downloads(id), withIntermediateDirectories: true)
    report(
      .downloading(
        kernel: entry.name, version: finding.choice.version, packages: packages.map(\.package)))
    return try await finding.apt.download(packages, into: downloads(id))
  }

  private func unpack(_ packages: String, _ name: String, into staging: String) async throws {
    report(.extracting(source: name))
    let contents = staging + "/package"
    for package in try FileManager.default.contentsOfDirectory(atPath: packages)
    where package.hasSuffix(".deb") {
      _ = try await ChildProcess(
        "dpkg-deb", ["-x", packages + "/" + package, contents], deadline: Self.unpackDeadline
      ).output()
    }
    let shelf = contents + "/usr/src"
    guard
      let archive = try FileManager.default.contentsOfDirectory(atPath: shelf)
        .first(where: { $0.contains(".tar") })
    else { throw SourceError.damaged(given: name, detail: "its package has no tar archive") }
    try await untar(shelf + "/" + archive, name, into: staging + "/tree")
    try FileManager.default.removeItem(atPath: contents)
  }

  private func untar(_ archive: String, _ name: String, into tree: String) async throws {
    let tar = ChildProcess(
      "tar",
      [
        "-xf", archive, "-C", tree, "--strip-components=1", "--no-same-owner",
        "--no-same-permissions",
      ], deadline: Self.unpackDeadline)
    let ending = try await tar.run()
    guard ending.succeeded else {
      let last = ending.errors.split(separator: "\n").last.map(String.init)
      throw SourceError.damaged(given: name, detail: last ?? "tar ended with \(ending.status)")
    }
  }

  private func point(_ name: String, to id: String) throws {
    let link = folder + "/" + name + ".current"
    let fresh = link + ".new"
    try removeIfThere(fresh)
    try FileManager.default.createSymbolicLink(atPath: fresh, withDestinationPath: id)
    guard rename(fresh, link) == 0 else {
      throw FetchError.notPublished(path: link, error: String(cString: strerror(errno)))
    }
  }

  private func tarball(_ path: String, _ given: String) async throws -> SourceTree {
    let digest = try await FileDigest.sha256(of: [path]).first ?? ""
    return try await made(
      "tar-" + digest.prefix(20), name: given, origin: "\(given), sha256 \(digest.prefix(12))"
    ) { staging in
      report(.extracting(source: given))
      try await untar(path, given, into: staging + "/tree")
    }
  }

  private func git(
    _ path: String, _ revision: String, _ given: String
  ) async throws -> SourceTree {
    let tree = GitTree(path: path)
    guard let hash = try await tree.hash(of: revision) else {
      throw SourceError.unknownRevision(path: path, revision: revision)
    }
    let commit = try await tree.commit(of: revision)
    return try await made("git-" + hash.prefix(20), name: given, origin: "git \(commit)") {
      staging in
      report(.extracting(source: given))
      try await tree.export(hash, into: staging + "/tree")
    }
  }

  private func workingTree(_ path: String, _ given: String) async throws -> SourceTree {
    let scratch = "\(folder)/.index-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }  // only takes room
    let tree = GitTree(path: path, scratch: scratch)
    let hash = try await tree.hashOfWorkingTree()
    let origin = "\(given), git tree \(hash.prefix(12))"
    return try await made("git-" + hash.prefix(20), name: given, origin: origin) { staging in
      report(.extracting(source: given))
      try await tree.export(hash, into: staging + "/tree")
    }
  }

  /// A folder as it is now; a git tree without what it ignores.
  private func directory(_ path: String, _ given: String) async throws -> SourceTree {
    if FileManager.default.fileExists(atPath: path + "/.git") {
      return try await workingTree(path, given)
    }
    let listing = try await ChildProcess(
      "sh",
      [
        "-c",
        #"find "$1" -type f -printf '%P %s %T@ %m\n' -o -type l -printf '%P %l\n' | LC_ALL=C sort | sha256sum"#,
        "sh", path,
      ], deadline: Self.unpackDeadline
    ).output()
    return try await made("dir-" + listing.prefix(20), name: given, origin: given) { staging in
      report(.extracting(source: given))
      _ = try await ChildProcess(
        "cp", ["-a", "--reflink=auto", path + "/.", staging + "/tree"],
        deadline: Self.unpackDeadline
      ).output()
      // A tree that was built in place cannot be built out of place.
      guard FileManager.default.fileExists(atPath: staging + "/tree/.config") else { return }
      _ = try await ChildProcess(
        "make", ["-s", "-C", staging + "/tree", "mrproper"], deadline: Self.unpackDeadline
      ).output()
    }
  }
}
