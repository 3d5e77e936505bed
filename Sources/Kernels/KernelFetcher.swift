import Foundation
import SystemPackage

/// Fetches prebuilt kernels from the Debian mirror this machine's apt is configured with, into the
/// user's cache.
package struct KernelFetcher: Sendable {
  package let cache: KernelCache
  /// Reads apt's configuration; called only when something has to be fetched.
  private let machine: @Sendable () async throws -> AptConfiguration
  private let report: @Sendable (FetchEvent) -> Void

  /// A fetcher that tells each step to `report`, which may be called from any thread.
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

  /// How much of the cache to believe.
  package enum Freshness: Sendable {
    /// Whatever version is there; no network when it is intact.
    case cached
    /// The cached version after its digests were checked; no network when they are right.
    case verified
    /// The newest version the suites have.
    case newest
  }

  /// Gives the kernel of a catalogue entry, fetching it when it is not in the cache.
  ///
  /// Safe while other processes do the same. A process killed on the way leaves nothing that a
  /// later one would take for a kernel.
  ///
  /// - Throws: `FetchError`, `ChildFailure` when apt, dpkg or xz fail, `CancellationError`.
  package func kernel(
    _ entry: CatalogEntry, freshness: Freshness = .cached
  ) async throws -> CachedKernel {
    if freshness == .cached, case .intact(let kernel) = cache.state(of: entry.name) {
      return kernel
    }
    let lock = try await takeLock(entry.name)
    let kernel = try await locked(entry, freshness)
    _ = consume lock
    return kernel
  }

  private func takeLock(_ name: String) async throws -> FileLock {
    do {
      return try await cache.lock(name) { report(.waiting(kernel: name)) }
    } catch Errno.timedOut {
      throw FetchError.locked(kernel: name, path: cache.directory + "/kernels/\(name)/.lock")
    }
  }

  private func locked(_ entry: CatalogEntry, _ freshness: Freshness) async throws -> CachedKernel {
    // Another process may have finished while this one waited.
    let usable = try await usable(cache.state(of: entry.name), freshness)
    if let usable, freshness != .newest { return usable }
    let search = SuiteSearch(cache: cache, machine: try await machine(), report: report)
    return try await search.first(of: entry) { finding in
      if let usable, usable.record.version == finding.choice.version { return usable }
      return try await fetch(entry, finding)
    }
  }

  /// Downloads and publishes one version; nil when the mirror does not have it after all.
  private func fetch(
    _ entry: CatalogEntry, _ finding: SuiteSearch.Finding
  ) async throws -> CachedKernel? {
    let staging = try cache.makeStaging(entry.name)
    defer {
      // After publishing it is gone already.
      try? FileManager.default.removeItem(atPath: staging)  // or the next fetch removes it
    }
    let choice = finding.choice
    report(
      .downloading(
        kernel: entry.name, version: choice.version, packages: choice.packages.map(\.package)))
    let packages = staging + "/packages"
    try FileManager.default.createDirectory(atPath: packages, withIntermediateDirectories: false)
    guard try await finding.apt.download(choice.packages, into: packages) else { return nil }
    report(.unpacking(kernel: entry.name, version: choice.version))
    let record = try await UnpackedKernel(entry: entry, choice: choice, suite: finding.apt.suite)
      .assemble(packages: packages, into: staging)
    let kernel = try cache.publish(staging, record)
    report(.ready(kernel))
    return kernel
  }

  private func usable(
    _ state: KernelCache.State, _ freshness: Freshness
  ) async throws -> CachedKernel? {
    let kernel: CachedKernel
    switch state {
    case .absent: return nil
    case .intact(let cached) where freshness == .cached: return cached
    case .intact(let cached), .doubtful(let cached, _): kernel = cached
    }
    let damaged = try await cache.damaged(in: kernel)
    if damaged.isEmpty { return try cache.accept(kernel) }
    report(.damaged(kernel: kernel.record.name, files: damaged))
    return nil
  }
}
