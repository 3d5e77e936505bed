import Foundation
import SystemPackage

/// Looks through the suites of a catalogue entry for a version of it.
struct SuiteSearch {
  let cache: KernelCache
  let machine: AptConfiguration
  let report: @Sendable (FetchEvent) -> Void

  /// A version, and the apt that can download it.
  struct Finding {
    let choice: PackageChoice
    let apt: PrivateApt
  }

  /// Offers versions to `accept` until it takes one: the newest of the first suite that has the
  /// series, then older ones, then the next suite's; the newest of all suites when the newest is
  /// wanted.
  ///
  /// `accept` returns nil when the mirror does not have what its index lists, which is seen on
  /// security suites of releases that have moved to the archive. Throws `FetchError.notOffered`,
  /// `FetchError.unreachable`, `ChildFailure`, and what `accept` throws.
  func first<Taken>(
    of entry: CatalogEntry, accept: (Finding) async throws -> Taken?
  ) async throws -> Taken {
    var findings: [Finding] = []
    var reports: [SuiteReport] = []
    var silent: Set<String> = []
    for suite in entry.suites {
      findings += try await search(suite, entry, &silent, &reports)
      if entry.series == .newest, suite != entry.suites.last { continue }
      for finding in try await PackageChoice.newestFirst(findings, version: \.choice.version) {
        if let taken = try await accept(finding) { return taken }
        note(gone: finding, in: &reports)
      }
      findings = []
    }
    if reports.allSatisfy({ $0.failure != nil }) {
      throw FetchError.unreachable(kernel: entry.name, reports: reports)
    }
    throw FetchError.notOffered(kernel: entry.name, wanted: wanted(entry), reports: reports)
  }

  private func note(gone finding: Finding, in reports: inout [SuiteReport]) {
    for index in reports.indices
    where reports[index].suite == finding.apt.suite && reports[index].failure == nil {
      reports[index].gone.append(finding.choice.version)
    }
    report(.gone(suite: finding.apt.suite, version: finding.choice.version))
  }

  /// Asks the mirrors that may have a suite, until one has the series.
  ///
  /// `silent` holds the hosts that did not answer; they are not waited for again.
  private func search(
    _ suite: String, _ entry: CatalogEntry,
    _ silent: inout Set<String>, _ reports: inout [SuiteReport]
  ) async throws -> [Finding] {
    let mirrors = AptMirror.candidates(for: suite, in: machine.sources)
    if mirrors.isEmpty {
      let failure = SuiteFailure(suite: suite, mirror: "", keyrings: [], reason: .noMirror)
      report(.skippedSuite(failure))
      reports.append(.failed(failure))
    }
    for mirror in mirrors where !silent.contains(mirror.host) {
      let apt = PrivateApt(
        directory: cache.aptDirectory(suite: suite), suite: suite, mirror: mirror,
        machine: machine)
      do {
        let offers = try await offers(of: apt, entry)
        let images = offers.filter { entry.packages[0].release(in: $0.package) != nil }
        reports.append(.read(suite, images.map(\.version).sorted()))
        let choices = PackageChoice.all(for: entry, among: offers)
        if !choices.isEmpty { return choices.map { Finding(choice: $0, apt: apt) } }
      } catch let failure as SuiteFailure {
        if case .unreachable = failure.reason { silent.insert(mirror.host) }
        report(.skippedSuite(failure))
        reports.append(.failed(failure))
      }
    }
    return []
  }

  /// Updates the index and reads it; only one process at a time may work in a suite's folder.
  private func offers(of apt: PrivateApt, _ entry: CatalogEntry) async throws -> [PackageOffer] {
    report(.readingIndex(suite: apt.suite, mirror: apt.mirror.uri))
    try FileManager.default.createDirectory(
      atPath: apt.directory, withIntermediateDirectories: true)
    let lock = try await FileLock.acquire(
      apt.directory + "/.lock", within: FetchDeadline.lock, waiting: {})
    try apt.prepare()
    try await apt.update()
    let offers = try await apt.offers(entry.packages)
    _ = consume lock
    return offers
  }

  private func wanted(_ entry: CatalogEntry) -> String {
    let packages = entry.packages.map(\.description).joined(separator: ", ")
    return switch entry.series {
    case .series(let prefix): "\(packages) \(prefix)"
    case .newest: packages
    }
  }
}
