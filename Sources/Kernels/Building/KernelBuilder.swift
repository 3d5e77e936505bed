import Foundation
import SystemPackage

/// Builds kernels out of the tree, reproducibly, and keeps every image by its input's digest.
///
/// Images are in `images/DIGEST` below the cache, the trees that make works in are in `trees/SOURCE`.
/// A tree is for one build at a time; a second one waits.
package struct KernelBuilder: Sendable {
  private let cache: KernelCache
  /// How many jobs make runs at once; one more than there are processors, for those that wait for the
  /// disk.
  private let jobs: Int
  private let report: @Sendable (BuildEvent) -> Void

  /// A builder that tells each step to `report`, which may be called from any thread.
  package init(
    cache: KernelCache = .standard(), jobs: Int = ProcessInfo.processInfo.activeProcessorCount + 1,
    report: @escaping @Sendable (BuildEvent) -> Void = { _ in }
  ) {
    self.cache = cache
    self.jobs = jobs
    self.report = report
  }

  /// How long another build of the same tree is waited for, and how long a build may take.
  static let deadline = Duration.seconds(10_800)

  /// The kernel of a build, made unless the same input was built before.
  ///
  /// - Throws: `BuildError`, `ConfigError`, `ChildFailure`, `CancellationError`.
  package func kernel(_ build: KernelBuild) async throws -> BuiltKernel {
    let toolchain = try await Toolchain.ofMachine()
    let version = try KernelVersion(sourceRoot: build.source.root)
    let plan = ConfigPlan(fragments: build.fragments, version: version)
    let digest = try await build.key(plan, toolchain)
    let image = cache.directory + "/images/" + digest.prefix(32)
    if let kernel = BuiltKernel(folder: image) {
      report(.cached(kernel))
      return kernel
    }
    let folder = try await folder(of: build.source)
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let lock = try await takeLock(folder + "/.lock", build.name)
    if let kernel = BuiltKernel(folder: image) {
      report(.cached(kernel))
      return kernel
    }
    let tree = WarmTree(folder: folder, pristine: build.source)
    let room = try await BuildRoom(
      tree: tree, build: build, plan: plan, toolchain: toolchain, jobs: jobs)
    let kernel = try await room.make(into: image, report: report)
    _ = consume lock
    report(.built(kernel))
    return kernel
  }

  /// Where make works: a folder for each source, whatever a live tree holds at the moment.
  private func folder(of source: SourceTree) async throws -> String {
    let name =
      source.isLive
      ? "live-" + (try await FileDigest.sha256(text: source.root)).prefix(20) : source.id[...]
    return cache.directory + "/trees/" + name
  }

  /// The lock of a tree, and the end of a make that outlived a killed build.
  private func takeLock(_ path: String, _ name: String) async throws -> FileLock {
    do {
      let lock = try await FileLock.acquire(path, within: Self.deadline) {
        report(.waiting(kernel: name))
      }
      let log = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/make.log"
      _ = try await FileLock.acquire(log, within: Self.deadline) { report(.waiting(kernel: name)) }
      return lock
    } catch Errno.timedOut {
      throw BuildError.locked(kernel: name, path: path)
    }
  }
}
