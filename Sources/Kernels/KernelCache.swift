import Foundation
import Glibc

/// The fetched kernels of this user: `kernels/NAME/VERSION/` folders below the cache directory,
/// each published whole.
///
/// `kernels/NAME/current` is a symbolic link to the version in use. Writers hold the lock of the
/// name; readers need none, since a folder is complete when its final name appears.
package struct KernelCache: Sendable {
  /// Absolute path, without a "/" at its end.
  package let directory: String

  package init(directory: String) {
    self.directory = directory
  }

  /// `$XDG_CACHE_HOME/faultline`, or `~/.cache/faultline` when that is unset or relative, as the
  /// XDG base directory specification has it.
  package static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> KernelCache {
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      return KernelCache(directory: cache + "/faultline")
    }
    let home = environment["HOME"] ?? NSHomeDirectory()
    return KernelCache(directory: home + "/.cache/faultline")
  }

  /// What the cache has for a name.
  package enum State: Sendable, Equatable {
    case absent
    case intact(CachedKernel)
    /// Something changed since it was published; `files` are relative paths. Only a digest can tell
    /// whether it matters.
    case doubtful(CachedKernel, files: [String])
  }

  /// Looks a kernel up by size and modification time of its files; about a millisecond.
  package func state(of name: String) -> State {
    guard let kernel = load(folder(of: name) + "/current") else { return .absent }
    let changed = kernel.record.files.filter { file in
      let facts = FileFacts(path: kernel.directory + "/" + file.path)
      return facts?.size != file.size || facts?.modified != file.modified
    }
    return changed.isEmpty ? .intact(kernel) : .doubtful(kernel, files: changed.map(\.path))
  }

  /// The files whose content is not what was published, by digest; relative paths.
  package func damaged(in kernel: CachedKernel) async throws -> [String] {
    var damaged: [String] = []
    var present: [KernelRecord.File] = []
    for file in kernel.record.files {
      let facts = FileFacts(path: kernel.directory + "/" + file.path)
      if facts?.size == file.size { present.append(file) } else { damaged.append(file.path) }
    }
    let digests = try await FileDigest.sha256(
      of: present.map { kernel.directory + "/" + $0.path })
    for (file, digest) in zip(present, digests) where file.sha256 != digest {
      damaged.append(file.path)
    }
    return damaged
  }

  // MARK: - For the one who holds the lock

  /// Takes the lock of a name; `waiting` is called when another process has it.
  func lock(_ name: String, waiting: () -> Void) async throws -> FileLock {
    try FileManager.default.createDirectory(
      atPath: folder(of: name), withIntermediateDirectories: true)
    return try await FileLock.acquire(
      folder(of: name) + "/.lock", within: FetchDeadline.lock, waiting: waiting)
  }

  /// A new empty folder to assemble a kernel in; those that a killed process left are removed.
  func makeStaging(_ name: String) throws -> String {
    let files = FileManager.default
    for entry in try files.contentsOfDirectory(atPath: folder(of: name))
    where entry.hasPrefix(Self.staging) || entry.hasPrefix(Self.replaced) {
      try files.removeItem(atPath: folder(of: name) + "/" + entry)
    }
    let path = folder(of: name) + "/" + Self.staging + UUID().uuidString
    try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// Makes a staged folder the current kernel of its name, in one rename.
  func publish(_ staging: String, _ record: KernelRecord) throws -> CachedKernel {
    let files = FileManager.default
    try write(record, into: staging)
    let final = folder(of: record.name) + "/" + record.version
    if files.fileExists(atPath: final) {
      // A folder cannot be renamed over one that is not empty.
      try rename(final, folder(of: record.name) + "/" + Self.replaced + UUID().uuidString)
    }
    try rename(staging, final)
    try point(record.name, to: record.version)
    for entry in try files.contentsOfDirectory(atPath: folder(of: record.name))
    where entry.hasPrefix(Self.replaced) {
      try files.removeItem(atPath: folder(of: record.name) + "/" + entry)
    }
    return CachedKernel(directory: final, record: record)
  }

  /// Records the present modification times of files whose digests were found to be right.
  func accept(_ kernel: CachedKernel) throws -> CachedKernel {
    let old = kernel.record
    let files = old.files.map { file in
      let facts = FileFacts(path: kernel.directory + "/" + file.path)
      return KernelRecord.File(
        path: file.path, size: file.size, modified: facts?.modified ?? file.modified,
        sha256: file.sha256)
    }
    let record = KernelRecord(
      schema: old.schema, name: old.name, package: old.package, version: old.version,
      release: old.release, suite: old.suite, sha256: old.sha256, files: files,
      modules: old.modules, absent: old.absent)
    try write(record, into: kernel.directory)
    return CachedKernel(directory: kernel.directory, record: record)
  }

  /// Where the private apt configuration and index of a suite live.
  func aptDirectory(suite: String) -> String {
    directory + "/apt/" + suite.split(separator: "/").joined(separator: "_")
  }

  private static let staging = ".staging-"
  private static let replaced = ".replaced-"

  private func folder(of name: String) -> String { directory + "/kernels/" + name }

  private func load(_ path: String) -> CachedKernel? {
    guard let data = FileManager.default.contents(atPath: path + "/kernel.json") else { return nil }
    // A record of another layout, or a damaged one, counts as none: the kernel is fetched anew.
    let record = try? JSONDecoder().decode(KernelRecord.self, from: data)  // see above
    guard let record, record.schema == KernelRecord.currentSchema else { return nil }
    let final = folder(of: record.name) + "/" + record.version
    return CachedKernel(directory: final, record: record)
  }

  private func write(_ record: KernelRecord, into folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let url = URL(fileURLWithPath: folder + "/kernel.json")
    try encoder.encode(record).write(to: url, options: .atomic)
  }

  private func point(_ name: String, to version: String) throws {
    let link = folder(of: name) + "/" + Self.replaced + UUID().uuidString
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: version)
    try rename(link, folder(of: name) + "/current")
  }

  private func rename(_ old: String, _ new: String) throws {
    guard Glibc.rename(old, new) == 0 else {
      throw FetchError.notPublished(path: new, error: String(cString: strerror(errno)))
    }
  }
}
